import { CatalogRecord, type Event, EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'

/** What a data set has recorded, as one history. */
export interface History {
  /** The last record of each item and user, in the order of the log. */
  readonly catalog: readonly CatalogRecord[]
  /**
   * By time; ties by the order of acceptance. Ticks are left out: a replay makes its own. So are events that came again: an id
   * is effective once, and an import may have been repeated.
   */
  readonly events: readonly RecordedEvent[]
}

/** An event and the record that carries it. */
export interface RecordedEvent {
  readonly event: Event
  readonly record: EventRecord
}

const READ = { records: 4096, bytes: 8 << 20 }

/** Reads all partitions of `catalog` and `events` into one order. */
export async function readHistory(log: EventLog): Promise<History> {
  const events: RecordedEvent[] = []
  const catalog: CatalogRecord[] = []
  for await (const { value } of recordsOf(log, TOPICS.catalog)) catalog.push(CatalogRecord.decode(value))
  const seen = new Set<string>()
  for await (const { partition, value } of recordsOf(log, TOPICS.events)) {
    const record = EventRecord.decode(value)
    if (record.record?.$case !== 'event') continue
    const { event } = record.record
    const id = `${partition}/${event.eventId}`
    if (seen.has(id)) continue
    seen.add(id)
    events.push({ event, record })
  }
  events.sort((a, b) => a.event.timeMs - b.event.timeMs || a.record.sequence - b.record.sequence)
  return { catalog, events }
}

async function* recordsOf(log: EventLog, topic: string): AsyncGenerator<{ readonly partition: number; readonly value: Uint8Array }> {
  for (let partition = 0; partition < log.partitions(topic); partition++) {
    const of = { topic, partition }
    const end = await log.next(of)
    for (let at = await log.first(of); at < end;) {
      const records = await log.read(of, at, READ)
      if (records.length === 0) break
      for (const { value } of records) yield { partition, value }
      at = records[records.length - 1].offset + 1
    }
  }
}
