import type { Event, Impression, ImpressionItem } from '@freshet/contracts'

const RECORD_BYTES = 1 << 20 // what the log takes of one event
const BATCH_BYTES = 512 << 10 // so that a message stays well below ingest's 1 MiB
const EVENTS_MAX = 64
const EVENT_BYTES = 1024 // ids, times and names of one event, about
const ITEM_BYTES = 64 // id, score, propensity and tags, about

/** How many of the first events one message carries. */
export function batchLength(events: readonly Event[], messageBytesMax: number): number {
  const bytesMax = Math.min(BATCH_BYTES, messageBytesMax / 2)
  let bytes = 0
  let length = 0
  while (length < events.length && length < EVENTS_MAX) {
    bytes += weightOf(events[length])
    if (length > 0 && bytes > bytesMax) break
    length++
  }
  return length
}

/**
 * The event as ingest takes it: without its features where it is too large with them. What is learned of such a list has the features of the moment in which
 * it is folded, some milliseconds later, as lists of other systems have.
 */
export function fitting(event: Event, messageBytesMax: number): Event {
  const { impression } = event
  if (impression === undefined || weightOf(event) + EVENT_BYTES <= Math.min(messageBytesMax, RECORD_BYTES)) return event
  return {
    ...event,
    impression: { ...impression, dictionaryHash: '', userIds: NONE, userNumbers: NONE, items: impression.items.map(bare) },
  }
}

/** Bytes of features and items: the rest is small beside them. */
const weightOf = ({ impression }: Event): number =>
  impression ? impression.items.reduce((sum, item) => sum + itemBytes(item), userBytes(impression)) : 0

const userBytes = ({ userIds, userNumbers }: Impression): number => userIds.length + userNumbers.length

const itemBytes = ({ ids, numbers }: ImpressionItem): number => ids.length + numbers.length + ITEM_BYTES

const bare = (item: ImpressionItem): ImpressionItem => ({ ...item, ids: NONE, numbers: NONE })

const NONE = new Uint8Array(0)
