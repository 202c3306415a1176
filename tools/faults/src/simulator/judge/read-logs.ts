import { type Event, EventRecord, ExampleGroup, type MovedHistory, Touch } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import type { House } from '../house'

/** What a partition's logs say, read once for all rules. */
export interface Read {
  /** Every record of `events`, in order. */
  readonly records: readonly EventRecord[]
  /** The events alone, the first of each id. */
  readonly events: readonly Event[]
  /** The parts of histories that came from other partitions, or from itself. */
  readonly moved: readonly MovedHistory[]
  /** The groups of `examples` that count, and by group its place there. */
  readonly groups: readonly ExampleGroup[]
  readonly places: readonly number[]
  /** Every record of `touches`, in order. */
  readonly touches: readonly Touch[]
}

/** Reads a partition's logs from their first records on, by hand, with nothing of the fold. */
export function readLogs(house: House, partition: number): Read {
  const records = house.all(TOPICS.events, partition).map(({ value }) => EventRecord.decode(value))
  return {
    records,
    events: effectiveEvents(records),
    moved: records.flatMap(({ record }) => (record?.$case === 'moved' ? [record.moved] : [])),
    ...effectiveGroups(house.all(TOPICS.examples, partition).map(({ value }) => ExampleGroup.decode(value))),
    touches: house.all(TOPICS.touches, partition).map(({ value }) => Touch.decode(value)),
  }
}

/** The events of a partition, the first of each id alone, in the order of the log. */
function effectiveEvents(records: readonly EventRecord[]): readonly Event[] {
  const seen = new Set<string>()
  const events: Event[] = []
  for (const { record } of records) {
    if (record?.$case !== 'event' || seen.has(record.event.eventId)) continue
    seen.add(record.event.eventId)
    events.push(record.event)
  }
  return events
}

/** The groups that count, by the rule of DESIGN §3: the next in order is taken, a lower one is a duplicate. */
function effectiveGroups(all: readonly ExampleGroup[]): Pick<Read, 'groups' | 'places'> {
  const groups: ExampleGroup[] = []
  const places: number[] = []
  for (const [place, group] of all.entries()) {
    const last = groups.at(-1)
    const isNext =
      last === undefined ||
      group.sourceOffset > last.sourceOffset ||
      (group.sourceOffset === last.sourceOffset && group.ordinal > last.ordinal)
    if (!isNext) continue
    groups.push(group)
    places.push(place)
  }
  return { groups, places }
}
