import { JournalRecord } from '@freshet/contracts'
import { OffsetOutOfRangeError, type LogRecord } from '@freshet/event-log'
import { CHECKSUM_START, checksum64, PreconditionError, spellChecksum } from '@freshet/kernel'
import { readJournal, type FoldedRecord, type JournalLog, type JournalReading } from './index'
import { scripted } from './journal-script.fixture'

const LINE = 'a1 genesis; a1 cut 1; a1 cut 1; a1 result 1-1; a1 cut 2'.split('; ')

describe('readJournal', () => {
  it('gives every record, void ones too, with its verdict and the state after it', async () => {
    const read = await collect(journalOf(LINE), 0, { stopAtEnd: true })
    expect(read.map(({ offset, verdict, reason }) => [offset, reason ?? verdict])).toEqual([
      [0, 'valid'],
      [1, 'valid'],
      [2, 'step'],
      [3, 'valid'],
      [4, 'valid'],
    ])
    expect(read.map(({ state }) => [state.step, state.resultStep])).toEqual([[0, 0], [1, 0], [1, 0], [1, 1], [2, 1]]) // prettier-ignore
    expect(read[3].record.record?.$case).toBe('result')
  })

  it('folds from the beginning, silently, for a reader who wants the rest', async () => {
    const read = await collect(journalOf(LINE), 4, { stopAtEnd: true })
    expect(read).toHaveLength(1)
    expect(read[0]).toMatchObject({ offset: 4, verdict: 'valid', state: { step: 2, resultStep: 1, voids: 1 } })
  })

  it('starts from a state that was kept, and reads nothing before it', async () => {
    const log = journalOf(LINE)
    const [, , , { state }] = await collect(log, 0, { stopAtEnd: true })
    log.reads.length = 0
    expect(await collect(log, 4, { stopAtEnd: true, state })).toEqual(await collect(log, 4, { stopAtEnd: true }))
    expect(log.reads[0]).toBe(4)
  })

  it('refuses to begin in the middle of a trimmed journal without a state', async () => {
    const log = { ...journalOf(LINE), first: async () => 2 }
    await expect(collect(log, 4, { stopAtEnd: true })).rejects.toThrow(PreconditionError)
    await expect(collect(log, 4, { stopAtEnd: true })).rejects.toThrow('the journal begins at 2')
  })

  it('stops where the journal ended when it began, whatever comes meanwhile', async () => {
    const log = journalOf(LINE)
    const read: FoldedRecord[] = []
    for await (const folded of readJournal(log, 0, { signal: new AbortController().signal, stopAtEnd: true })) {
      if (folded.offset === 0) log.append('a1 cut 3')
      read.push(folded)
    }
    expect(read.at(-1)?.offset).toBe(4)
  })

  it('refuses what follows upon another record than the one that was read: the journal is another one, which has grown past that', async () => {
    const log = journalOf(['a1 genesis', 'a1 cut 1'])
    const other = journalOf(['b1 genesis', 'b1 cut 1'])
    const current = { log }
    const through: JournalLog = { ...log, read: (...args) => current.log.read(...args), grown: (...args) => current.log.grown(...args) }
    const read: number[] = []
    const reading = async (): Promise<void> => {
      for await (const { offset } of readJournal(through, 0, { signal: new AbortController().signal })) {
        read.push(offset)
        if (offset === 1) current.log = other
        if (offset === 1) setImmediate(() => other.append('b1 cut 2'))
      }
    }
    await expect(reading()).rejects.toThrow(
      'the journal has another record at 1 than the one that was read; begin again from a version of it',
    )
    expect(read).toEqual([0, 1])
  })

  it('refuses what follows upon another record than the one that a version names', async () => {
    const [log, other] = [journalOf(LINE), journalOf(['b1 genesis', 'b1 cut 1', ...LINE])]
    const [, , , { state }] = await collect(log, 0, { stopAtEnd: true })
    const mark = { offset: 3, checksum: spellChecksum(checksum64(CHECKSUM_START, log.records[3].value)) }
    expect(await collect(log, 4, { stopAtEnd: true, state, mark })).toHaveLength(1)
    await expect(collect(other, 4, { stopAtEnd: true, state, mark })).rejects.toThrow('the journal has another record at 3')
    expect((await collect(other, 4, { stopAtEnd: true, state, mark: null })).length).toBeGreaterThan(1)
  })

  it('goes on where the record that was read last was trimmed meanwhile', async () => {
    const log = journalOf(['a1 genesis'])
    const read = (...[of, from, limit]: Parameters<JournalLog['read']>) =>
      from === 0 && trimmed ? Promise.reject(new OffsetOutOfRangeError(of, 0, 1, 2)) : log.read(of, from, limit)
    let trimmed = false
    for await (const { offset } of readJournal({ ...log, read }, 0, { signal: new AbortController().signal })) {
      if (offset === 1) return
      trimmed = true
      setImmediate(() => log.append('a1 cut 1'))
    }
    throw new TypeError('it has ended')
  })

  it('waits for what comes, and goes on with it, until it is told to end', async () => {
    const log = journalOf(['a1 genesis'])
    const stop = new AbortController()
    const read: number[] = []
    for await (const { offset } of readJournal(log, 0, { signal: stop.signal })) {
      read.push(offset)
      if (offset === 3) stop.abort()
      else setImmediate(() => log.append(`a1 cut ${offset + 1}`))
    }
    expect(read).toEqual([0, 1, 2, 3])
  })

  it('asks for what comes once, and not where nothing has come', async () => {
    const log = journalOf(LINE)
    const stop = new AbortController()
    for await (const { offset } of readJournal(log, 0, { signal: stop.signal })) {
      if (offset === 4) setImmediate(() => log.append('a1 cut 3'))
      if (offset === 5) stop.abort()
    }
    expect(log.reads).toEqual([0, 5, 4]) // and once whether what came before it is still there
  })

  it('ends while it waits', async () => {
    const stop = new AbortController()
    setImmediate(() => stop.abort())
    expect(await collect(journalOf(LINE), 5, { signal: stop.signal })).toEqual([])
  })

  it('passes over gaps between offsets', async () => {
    const log = journalOf(LINE, (i) => 3 * i)
    expect((await collect(log, 0, { stopAtEnd: true })).map(({ offset }) => offset)).toEqual([0, 3, 6, 9, 12])
  })

  it('counts bytes that are no record as void', async () => {
    const log = journalOf(LINE)
    log.records.push({ offset: 5, key: '', value: Uint8Array.of(0x0a, 0xff, 0xff) })
    const last = (await collect(log, 5, { stopAtEnd: true }))[0]
    expect(last).toMatchObject({ verdict: 'void', reason: 'malformed', state: { voids: 2, step: 2 } })
  })

  it('reads a long journal in bounded pieces', async () => {
    const cuts = Array.from({ length: 1000 }, (_, i) => `a1 cut ${i + 1}`)
    const log = journalOf(['a1 genesis', ...cuts])
    expect((await collect(log, 0, { stopAtEnd: true })).at(-1)?.state.step).toBe(1000)
    expect(log.reads).toEqual([0, 256, 512, 768])
  })
})

async function collect(log: JournalLog, from: number, options: Partial<JournalReading>): Promise<FoldedRecord[]> {
  const read: FoldedRecord[] = []
  for await (const folded of readJournal(log, from, { signal: new AbortController().signal, ...options })) read.push(folded)
  return read
}

interface ScriptedLog extends JournalLog {
  readonly records: LogRecord[]
  /** Where each read began. */
  readonly reads: number[]
  append(text: string): void
}

function journalOf(line: readonly string[], offsetOf: (i: number) => number = (i) => i): ScriptedLog {
  const records: LogRecord[] = []
  const reads: number[] = []
  const waiting: (() => void)[] = []
  const end = (): number => (records.at(-1)?.offset ?? -1) + 1
  const append = (text: string): void => {
    records.push({ offset: offsetOf(records.length), key: 'm', value: JournalRecord.encode(scripted(text)).finish() })
    waiting.splice(0).forEach((resume) => resume())
  }
  line.forEach(append)
  return {
    ...{ records, reads, append },
    first: async () => 0,
    next: async () => end(),
    read: async (_, from, limit) => {
      reads.push(from)
      return records.filter(({ offset }) => offset >= from).slice(0, limit.records)
    },
    grown: (_, offset, signal) =>
      new Promise((resolve) => {
        if (offset < end() || signal.aborted) return resolve()
        waiting.push(resolve)
        signal.addEventListener('abort', () => resolve())
      }),
  }
}
