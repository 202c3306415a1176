import { DeadLetter, Event, EventRecord } from '@freshet/contracts'
import { DEAD_LETTER, TOPICS, type EventLog, type LogRecord } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { fakeClock, type FakeClock } from '@freshet/testing'
import type { EventTypes } from './event-types'
import { openIntake, type Intake } from './intake'
import type { IntakeSettings } from './limits'
import type { Outcome, ReceivedEvent } from './outcome'

/** The wall clock at which every test starts: 2023-11-14T22:13:20Z. */
export const NOW_MS = 1_700_000_000_000

/** A dictionary of four types. */
export const TYPES: EventTypes = {
  dictionary: 'demo',
  names: ['impression', 'view', 'click', 'rating'],
  meaningOf: (type) => (TYPES.names.includes(type) ? { impression: type === 'impression' } : undefined),
}

/** A front door over a log of two partitions in memory. */
export interface Door {
  readonly log: EventLog
  readonly clock: FakeClock
  readonly intake: Intake
}

/** Opens a door; over a log that is given, as a second process or after a restart. */
export async function openDoor(options: { log?: EventLog; clock?: FakeClock; settings?: Partial<IntakeSettings> } = {}): Promise<Door> {
  const { log = openMemoryLog({ partitions: { events: 2, catalog: 2 } }), clock = fakeClock(NOW_MS), settings } = options
  return { log, clock, intake: await openIntake({ log, clock, types: TYPES, settings }) }
}

/** A good view, but for what is given. */
export const view = (given: Partial<Event> = {}): Event =>
  Event.fromPartial({ eventId: 'e1', userId: 'ada', itemId: 'book', type: 'view', timeMs: NOW_MS, ...given })

/** As it arrives from the wire. */
export const received = (event: Event): ReceivedEvent => ({ event, bytes: Event.encode(event).finish() })

/** The records of all partitions of `events`, by partition. */
export async function eventsOf(log: EventLog): Promise<EventRecord[][]> {
  const partitions = Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => read(log, { topic: TOPICS.events, partition }))
  return (await Promise.all(partitions)).map((records) => records.map(({ value }) => EventRecord.decode(value)))
}

/** The letters of what was refused. */
export const lettersOf = async (log: EventLog): Promise<DeadLetter[]> =>
  (await read(log, DEAD_LETTER)).map(({ value }) => DeadLetter.decode(value))

/** What an outcome says, in a word: a place or a code. */
export const spell = (outcome: Outcome | undefined): string | undefined =>
  outcome?.kind === 'accepted' ? `${outcome.partition}/${outcome.offset}` : outcome?.error.code

/** What a record is, in a word: the event's id, the tick's time, or its case. */
export function brief({ record }: EventRecord): string {
  if (record?.$case === 'event') return record.event.eventId
  if (record?.$case !== 'tick') return record?.$case ?? 'nothing'
  const { timeMs, replay, closesReplay } = record.tick
  return `${closesReplay ? 'close' : replay ? 'replay' : 'live'}@${timeMs}`
}

const read = (log: EventLog, of: { topic: string; partition: number }): Promise<readonly LogRecord[]> =>
  log.read(of, 0, { records: 10_000 })
