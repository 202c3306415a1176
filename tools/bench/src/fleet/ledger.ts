import { EventRecord, ExampleGroup, JournalRecord, type Range } from '@freshet/contracts'
import { type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { foldJournal, startFold } from '@freshet/follow'
import { recordsOf } from './records'

/** A place in `events`. */
export interface Place {
  readonly partition: number
  readonly offset: number
}

/** What the log shows of an event's way. */
export interface Ledger {
  /** By event id: where it first stands in `events`. */
  readonly events: ReadonlyMap<string, Place>
  /** By identity (see {@link identityOf}): how many examples its group holds; groups that a valid cut took, each once. */
  readonly learned: ReadonlyMap<string, number>
}

/** What is wrong with a run, in numbers; all 0 where nothing is. */
export interface Balance {
  /** Accepted events of which nothing was learned. */
  readonly lost: number
  /** Examples that were learned more than once. */
  readonly doubled: number
}

/** The identity of a group: (partition, source offset, ordinal). */
const identityOf = ({ partition, offset }: Place, ordinal: number): string => `${partition}/${offset}/${ordinal}`

/**
 * Holds what was accepted against what was learned.
 *
 * `examplesLearned` is the trainer's own count, kept in its state: what it exceeds the distinct examples by was learned twice.
 */
export function balance(accepted: Iterable<string>, { events, learned }: Ledger, examplesLearned: number): Balance {
  let lost = 0
  for (const id of accepted) {
    const place = events.get(id)
    if (!place || !learned.has(identityOf(place, 0))) lost++
  }
  let distinct = 0
  for (const examples of learned.values()) distinct += examples
  return { lost, doubled: Math.max(0, examplesLearned - distinct) }
}

/** Reads the whole log: events, and the examples that the journal's valid cuts name. Nothing of it may have been retired. */
export async function readLedger(log: EventLog): Promise<Ledger> {
  const events = new Map<string, Place>()
  for (let partition = 0; partition < log.partitions(TOPICS.events); partition++) {
    for await (const { offset, value } of recordsOf(log, { topic: TOPICS.events, partition })) {
      const { record } = EventRecord.decode(value)
      if (record?.$case === 'event' && !events.has(record.event.eventId)) events.set(record.event.eventId, { partition, offset })
    }
  }
  const learned = new Map<string, number>()
  for await (const { partition, from, to } of cutRanges(log)) {
    for await (const { value } of recordsOf(log, { topic: TOPICS.examples, partition }, { from, to })) {
      const { sourceOffset, ordinal, items } = ExampleGroup.decode(value)
      const identity = identityOf({ partition, offset: sourceOffset }, ordinal)
      if (!learned.has(identity)) learned.set(identity, items.filter(({ weight }) => weight > 0).length)
    }
  }
  return { events, learned }
}

/** The ranges of the valid cuts, in the order of their steps. */
async function* cutRanges(log: EventLog): AsyncGenerator<Range> {
  let state = startFold()
  for await (const { offset, value } of recordsOf(log, JOURNAL)) {
    const record = JournalRecord.decode(value)
    const folded = foldJournal(state, record, offset)
    state = folded.state
    if (folded.verdict === 'valid' && record.record?.$case === 'cut') yield* record.record.cut.ranges
  }
}
