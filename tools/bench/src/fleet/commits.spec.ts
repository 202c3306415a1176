import { Cut, Genesis, Heartbeat, JournalRecord } from '@freshet/contracts'
import { JOURNAL } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { fakeClock } from '@freshet/testing'
import { rhythmOf, tailJournal } from './commits'

const record = (owner: string, body: JournalRecord['record']): { key: string; value: Uint8Array } => ({
  key: 'model-set',
  value: JournalRecord.encode(JournalRecord.create({ epoch: 1, owner, record: body })).finish(),
})
const cut = (step: number): JournalRecord['record'] => ({ $case: 'cut', cut: Cut.create({ step }) })

describe('tailJournal', () => {
  it('tells of valid records as they come, and of no void one', async () => {
    const log = openMemoryLog({ partitions: { journal: 1 } })
    await log.append(JOURNAL, [record('a', { $case: 'genesis', genesis: Genesis.create({ partitions: 1 }) }), record('a', cut(1))])
    const stop = new AbortController()
    const seen: string[] = []
    const tail = tailJournal(log, fakeClock(), {
      signal: stop.signal,
      onRecord: ({ owner, record: body }) => {
        seen.push(`${owner} ${body?.$case}`)
        if (seen.length === 4) stop.abort()
      },
    })
    await log.append(JOURNAL, [
      record('b', cut(2)),
      record('a', { $case: 'heartbeat', heartbeat: Heartbeat.create() }),
      record('a', cut(2)),
    ])
    await tail
    expect(seen).toEqual(['a genesis', 'a cut', 'a heartbeat', 'a cut'])
  })
})

describe('rhythmOf', () => {
  it('tells the gap of a change of epoch from the intervals within one', () => {
    const commits = [
      { epoch: 1, step: 1, seenMs: 100 },
      { epoch: 1, step: 2, seenMs: 120 },
      { epoch: 2, step: 3, seenMs: 190 },
      { epoch: 2, step: 4, seenMs: 215 },
      { epoch: 3, step: 5, seenMs: 300 },
    ]
    expect(rhythmOf(commits)).toEqual({ gapsMs: [70, 85], intervalsMs: [20, 25] })
  })

  it('has nothing to tell of one commit', () => {
    expect(rhythmOf([{ epoch: 1, step: 1, seenMs: 0 }])).toEqual({ gapsMs: [], intervalsMs: [] })
  })
})
