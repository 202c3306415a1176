import { DeadLetter, EventRecord, ExampleGroup, JournalRecord, type Event } from '@freshet/contracts'
import { DEAD_LETTER, JOURNAL, TOPICS, type LogRecord, type Partition } from '@freshet/event-log'
import { loadConfig, openLogger, openRuntime, type Runtime } from '@freshet/service'

/** A record of the log with its place. */
export interface Placed<T> {
  readonly partition: number
  readonly offset: number
  readonly record: T
}

/** Opens a data set beside the services that use it. */
export const openDataSet = (data: string, name = 'default'): Promise<Runtime> =>
  openRuntime(loadConfig({ env: {}, overrides: { data, name } }), { logger: openLogger({ name: 'e2e', level: 'silent' }) })

/** The events that were accepted, ticks left out. */
export async function eventsOf(runtime: Runtime): Promise<Placed<Event>[]> {
  const records = await readKeyed(runtime, TOPICS.events, (value) => EventRecord.decode(value).record)
  return records.flatMap(({ record, ...place }) => (record?.$case === 'event' ? [{ ...place, record: record.event }] : []))
}

/** The examples that were published. */
export const examplesOf = (runtime: Runtime): Promise<Placed<ExampleGroup>[]> =>
  readKeyed(runtime, TOPICS.examples, (value) => ExampleGroup.decode(value))

/** What was refused. */
export async function deadLettersOf({ log }: Runtime): Promise<DeadLetter[]> {
  return (await readAll(log, DEAD_LETTER)).map(({ value }) => DeadLetter.decode(value))
}

/** The journal from its first kept record. */
export async function journalOf({ log }: Runtime): Promise<Placed<JournalRecord>[]> {
  return (await readAll(log, JOURNAL)).map(({ offset, value }) => ({ partition: 0, offset, record: JournalRecord.decode(value) }))
}

async function readKeyed<T>({ log }: Runtime, topic: string, decode: (value: Uint8Array) => T): Promise<Placed<T>[]> {
  const found: Placed<T>[] = []
  for (let partition = 0; partition < log.partitions(topic); partition++) {
    const records = await readAll(log, { topic, partition })
    found.push(...records.map(({ offset, value }) => ({ partition, offset, record: decode(value) })))
  }
  return found
}

async function readAll(log: Runtime['log'], of: Partition): Promise<LogRecord[]> {
  const all: LogRecord[] = []
  const end = await log.next(of)
  let next = await log.first(of)
  while (next < end) {
    const records = await log.read(of, next, { records: 1000 })
    all.push(...records)
    next = (records.at(-1)?.offset ?? end - 1) + 1
  }
  return all
}
