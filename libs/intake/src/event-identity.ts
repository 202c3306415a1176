import type { Event } from '@freshet/contracts'
import { hash64 } from '@freshet/kernel'

/** The log's key of an event: all of a user stand in one partition, in order; a session stands in for an unknown user. */
export const keyOf = ({ userId, sessionId }: Pick<Event, 'userId' | 'sessionId'>): string => (userId === '' ? `s:${sessionId}` : userId)

/**
 * An id for an event that brings none: a function of its content, so that a repeated delivery is recognised.
 *
 * math    64-bit hash of the JSON of the fields, context in the order of its names; 2 million ids collide with a chance of 1e-7
 */
export function contentId(event: Event, timeMs: number): string {
  const { userId, sessionId, itemId, type, value, requestId, context, impression } = event
  const situation = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
  const shown = impression ? [impression.surface, impression.items.map((item) => item.itemId)] : []
  const { lo, hi } = hash64(JSON.stringify([userId, sessionId, itemId, type, timeMs, value, requestId, situation, shown]))
  return `h:${hex(hi)}${hex(lo)}`
}

const hex = (word: number): string => word.toString(16).padStart(8, '0')
