import { isFreshetError, UnavailableError, type FreshetError } from '@freshet/kernel'
import { Event } from '@freshet/contracts'
import type { FieldFacts } from '@freshet/kernel'

/** An event as it arrived: what was read of it, and the very bytes, which go to the log as they are. */
export interface ReceivedEvent {
  readonly event: Event
  readonly bytes: Uint8Array
  /** Why it could not be read: `event` is empty then. */
  readonly defect?: FieldFacts
  /** When it came first, milliseconds since 1970, where that was not now: the time of an event that brings none. */
  readonly arrivedMs?: number
}

/** Reads an event; one that cannot be read is a defect of its own and does not take others with it. */
export function receiveEvent(bytes: Uint8Array): ReceivedEvent {
  try {
    return { event: Event.decode(bytes), bytes }
  } catch (error) {
    const rule = `it must be a freshet.event.v1.Event (${error instanceof Error ? error.message : String(error)})`
    const defect = { field: 'event', value: `${bytes.length} bytes`, rule, remedy: 'generate the client from proto/ of this version' }
    return { event: Event.create({}), bytes, defect }
  }
}

/** What became of one record: durable at its place, or refused with the reason. */
export type Outcome = AcceptedAt | Refused

/** Durable from now on, at this place. */
export interface AcceptedAt {
  readonly kind: 'accepted'
  readonly partition: number
  readonly offset: number
  /** It brought no id, and equals one before it in its batch: both are in the log, and count as one. */
  readonly isRepetition?: true
}

/** How many of a batch's events repeat one before them, field by field, without an id that would tell them apart. */
export const repetitionsIn = (outcomes: readonly Outcome[]): number =>
  outcomes.filter((outcome) => outcome.kind === 'accepted' && outcome.isRepetition).length

/** Not taken, and why. */
export interface Refused {
  readonly kind: 'refused'
  readonly error: FreshetError
}

/** The refusal that an error amounts to; what is not one of ours is an outage of the log. */
export const refusedBy = (error: unknown): Refused => ({
  kind: 'refused',
  error: isFreshetError(error)
    ? error
    : new UnavailableError(`the log (${String(error)})`, 'send this again; if it persists, look at the log of ingest'),
})
