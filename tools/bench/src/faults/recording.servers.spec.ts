import { type EventLog, JOURNAL, type Partition, TOPICS } from '@freshet/event-log'
import { openKafkaLog } from '@freshet/event-log-kafka'
import { systemClock } from '@freshet/kernel'
import { type KafkaBroker, startKafkaBroker, type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { patiently } from '../fleet/learned'
import { recordsOf } from '../fleet/records'
import { Recording } from './recording'

jest.setTimeout(120_000)

const EVENTS: Partition = { topic: TOPICS.events, partition: 0 }
const RACES = 10

let directory: TemporaryDirectory
let broker: KafkaBroker

beforeAll(async () => {
  directory = await temporaryDirectory()
  broker = await startKafkaBroker()
})
afterAll(async () => {
  await broker[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const open = (name: string): Promise<EventLog> =>
  openKafkaLog({
    ...{ brokers: [broker.address], prefix: name },
    partitions: Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, 1])),
  })
const entry = (word: string) => ({ key: '', value: Buffer.from(word) })
async function wordsOf(log: EventLog, of: Partition): Promise<string[]> {
  const words: string[] = []
  for await (const { value } of recordsOf(log, of)) words.push(Buffer.from(value).toString())
  return words
}

describe('a recording of a log on Kafka', () => {
  it('has all that was trimmed meanwhile, though the broker was killed', async () => {
    await using log = await open('trimmed')
    await using recording = await Recording.begin({ log, clock: systemClock, directory: directory.within('trimmed') })
    await log.append(EVENTS, ['a', 'b', 'c'].map(entry))
    await recording.log.next(EVENTS)
    await log.trim(EVENTS, 2)
    await broker.kill()
    await broker.restart()
    await log.append(EVENTS, ['d'].map(entry))
    expect(await wordsOf(recording.log, EVENTS)).toEqual(['a', 'b', 'c', 'd'])
    expect(await patiently(systemClock, () => recording.altered())).toBe(0) // a killed broker may have again what was trimmed a moment ago
  })

  it('misses nothing where records lost a race, and no reader sees them', async () => {
    await using log = await open('raced')
    await using other = await open('raced')
    await using followed = await open('raced') // as it is in a siege: nobody else reads by it, or appends
    await using recording = await Recording.begin({ log: followed, clock: systemClock, directory: directory.within('raced') })
    for (let race = 0; race < RACES; race++) {
      const next = await log.next(JOURNAL)
      await Promise.allSettled([log, other].map((each, i) => each.appendIf(JOURNAL, next, entry(`${race} of ${i}`))))
    }
    await log.append(JOURNAL, ['the last'].map(entry))
    const next = await recording.log.next(JOURNAL) // what another handle has appended is there once the end was asked for
    const words = await wordsOf(recording.log, JOURNAL)
    expect([words.length, words.at(-1)]).toEqual([RACES + 1, 'the last'])
    expect([next > words.length, await recording.altered()]).toEqual([true, 0])
  })

  it('fails where the broker has let go of what nobody had read', async () => {
    await using log = await open('missed')
    await log.append(EVENTS, ['a', 'b', 'c'].map(entry))
    await log.trim(EVENTS, 3)
    await using recording = await Recording.begin({ log, clock: systemClock, directory: directory.within('missed') })
    await expect(recording.whole).rejects.toThrow('the recording of events/0: it had come to 0 when the log began at 3')
  })
})
