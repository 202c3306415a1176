import { type EventLog, OffsetOutOfRangeError, type Partition, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { UnavailableError } from '@freshet/kernel'
import { type FakeClock, fakeClock, type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { recordsOf } from '../fleet/records'
import { Recording } from './recording'

const EVENTS: Partition = { topic: TOPICS.events, partition: 1 }

let directory: TemporaryDirectory
let log: EventLog
let clock: FakeClock

beforeEach(async () => {
  directory = await temporaryDirectory()
  log = openMemoryLog({ partitions: Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, 2])) })
  clock = fakeClock()
})
afterEach(() => directory[Symbol.asyncDispose]())

const begin = (of: Partial<EventLog> = {}): Promise<Recording> =>
  Recording.begin({ log: { ...log, ...of }, clock, directory: directory.within('recorded') })
const write = (...words: string[]): Promise<number> =>
  log.append(EVENTS, words.map((word) => ({ key: `key of ${word}`, value: Buffer.from(word) }))) // prettier-ignore
async function wordsOf(of: EventLog, partition = EVENTS): Promise<string[]> {
  const words: string[] = []
  for await (const { value } of recordsOf(of, partition)) words.push(Buffer.from(value).toString())
  return words
}

describe('a recording of a log', () => {
  it('has every record, though the log has let go of it', async () => {
    await write('a', 'b')
    await using recording = await begin()
    expect(await wordsOf(recording.log)).toEqual(['a', 'b'])
    await log.trim(EVENTS, 2)
    await write('c')
    expect(await wordsOf(recording.log)).toEqual(['a', 'b', 'c'])
    expect([await recording.log.first(EVENTS), await recording.log.next(EVENTS)]).toEqual([0, 3])
    expect(await recording.log.read(EVENTS, 2, { records: 1 })).toEqual([{ offset: 2, key: 'key of c', value: Uint8Array.of(99) }])
  })

  it('reads along by itself: nobody has to ask before something is trimmed', async () => {
    const asked = new Set<number>()
    const read: EventLog['read'] = (of, from, limit) => {
      if (of.topic === EVENTS.topic && of.partition === EVENTS.partition) asked.add(from)
      return log.read(of, from, limit)
    }
    await using recording = await begin({ read })
    for (const word of ['a', 'b', 'c']) {
      const next = (await write(word)) + 1
      while (!asked.has(next)) await new Promise(setImmediate)
      await log.trim(EVENTS, next)
    }
    expect(await wordsOf(recording.log)).toEqual(['a', 'b', 'c'])
  })

  it('goes on where it was when the log has been away', async () => {
    let isAway = true
    const read: EventLog['read'] = (...asked) => (isAway ? Promise.reject(new UnavailableError('the log', 'wait')) : log.read(...asked))
    await using recording = await begin({ read })
    await write('a')
    await expect(recording.log.next(EVENTS)).rejects.toThrow('the log is not available')
    isAway = false
    await clock.advance(1000)
    expect(await wordsOf(recording.log)).toEqual(['a'])
  })

  it('fails, and lets nothing be read any more, where something was trimmed that it had not read', async () => {
    await write('a', 'b', 'c')
    await log.trim(EVENTS, 2)
    await using recording = await begin()
    await expect(recording.whole).rejects.toThrow('the recording of events/1: it had come to 0 when the log began at 2')
    await expect(wordsOf(recording.log)).rejects.toThrow('nothing can be judged')
  })

  it('fails where a read passes over an offset', async () => {
    await write('a', 'b', 'c')
    const read: EventLog['read'] = async (...asked) => (await log.read(...asked)).filter(({ offset }) => offset !== 1)
    await using recording = await begin({ read })
    await expect(recording.whole).rejects.toThrow('1 offsets below 2 brought no record, 0 of them rightly')
  })

  it('passes over what no reader sees, as often as the log has met such records', async () => {
    await write('a', 'void', 'c', 'void', 'e')
    const read: EventLog['read'] = async (...asked) =>
      (await log.read(...asked)).filter(({ value }) => Buffer.from(value).toString() !== 'void')
    await using recording = await begin({ read, voids: ({ topic, partition }) => (topic === EVENTS.topic && partition === 1 ? 2 : 0) })
    expect(await wordsOf(recording.log)).toEqual(['a', 'c', 'e'])
  })

  it('takes no records, and knows its topics', async () => {
    await using recording = await begin()
    await expect(recording.log.append(EVENTS, [])).rejects.toThrow('a recording only reads')
    await expect(recording.log.trim(EVENTS, 0)).rejects.toThrow('a recording only reads')
    await expect(recording.log.read({ topic: 'others', partition: 0 }, 0, { records: 1 })).rejects.toThrow('others/0 is not recorded')
  })
})

describe('a log against its recording', () => {
  it('is as it was recorded, from the first record on that it has kept', async () => {
    await write('a', 'b', 'c')
    await using recording = await begin()
    expect(await recording.altered()).toBe(0)
    await log.trim(EVENTS, 2)
    await write('d')
    expect(await recording.altered()).toBe(0)
  })

  it('is altered where a record says something else by now', async () => {
    await write('a', 'b', 'c')
    let changed = 'b'
    const read: EventLog['read'] = async (...asked) =>
      (await log.read(...asked)).map((record) => (record.offset === 1 ? { ...record, value: Buffer.from(changed) } : record))
    await using recording = await begin({ read })
    expect(await recording.altered()).toBe(0)
    changed = 'B'
    expect(await recording.altered()).toBe(1)
  })

  it('is altered where its tail is gone', async () => {
    await write('a', 'b', 'c', 'd')
    let next = 4
    const read: EventLog['read'] = async (of, from, limit) => {
      if (from > next) throw new OffsetOutOfRangeError(of, from, 0, next)
      return (await log.read(of, from, limit)).filter(({ offset }) => offset < next)
    }
    await using recording = await begin({ read, next: async (of) => (of.topic === EVENTS.topic ? next : log.next(of)) })
    expect(await wordsOf(recording.log)).toEqual(['a', 'b', 'c', 'd'])
    next = 1
    expect([await recording.altered(), await recording.log.next(EVENTS)]).toEqual([3, 1])
  })
})
