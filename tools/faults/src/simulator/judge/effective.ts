import { type Event, EventRecord, ExampleGroup } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import type { House } from '../house'

/** The events of a partition, the first of each id alone, in the order of the log: by hand, with nothing of the fold. */
export function effectiveEvents(house: House, partition: number): readonly Event[] {
  const seen = new Set<string>()
  const events: Event[] = []
  for (const { value } of house.all(TOPICS.events, partition)) {
    const { record } = EventRecord.decode(value)
    if (record?.$case !== 'event' || seen.has(record.event.eventId)) continue
    seen.add(record.event.eventId)
    events.push(record.event)
  }
  return events
}

/** The groups of `examples[p]` that count, by the rule of DESIGN §3: the next in order is taken, a lower one is a duplicate. */
export function effectiveGroups(house: House, partition: number): readonly ExampleGroup[] {
  const groups: ExampleGroup[] = []
  for (const { value } of house.all(TOPICS.examples, partition)) {
    const group = ExampleGroup.decode(value)
    const last = groups.at(-1)
    const isNext =
      last === undefined ||
      group.sourceOffset > last.sourceOffset ||
      (group.sourceOffset === last.sourceOffset && group.ordinal > last.ordinal)
    if (isNext) groups.push(group)
  }
  return groups
}
