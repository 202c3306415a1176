import { slabBytes } from '@freshet/event-log-embedded/lmdb'
import { textOf } from '@freshet/kernel'
import { decodeOutgoing, type Outgoing, type OutboxEntry, outgoingBytes, type Standing, writeOutgoing } from '@freshet/online-store'

// The store is one LMDB environment with one key space; a partition is the range of keys that start with its number:
//
//   key    partition u16 · 0                    value  events, touches, catalog, outbox first, outbox next (f64 each), lineage UTF-8   number  commits
//   key    partition u16 · 1 · key UTF-8        value  as it was put
//   key    partition u16 · 3                    value  what the outbox holds: bytes u32 · outgoing entry, as the port encodes it · …
//   key    partition u16 · 2 · sequence u48     value  one outgoing entry, as the outbox was kept before; not written any more
//
// Numbers in keys are big-endian, so that they lie in their order; numbers in values little-endian.

/** Where a partition stands, with the bounds of its outbox, as one entry that every commit rewrites. */
export interface StandingEntry {
  readonly positions: Standing
  /** The oldest outbox entry not forgotten. */
  readonly outboxFirst: number
  /** The sequence that the next outbox entry gets. */
  readonly outboxNext: number
}

const STANDING = 0
const VALUE = 1
const OUTBOX_ENTRY = 2
const OUTBOX = 3
const HEAD_BYTES = 3
const SEQUENCE_BYTES = 6
const LENGTH_BYTES = 4
const NUMBER_BYTES = 8
const NUMBERS_BYTES = 5 * NUMBER_BYTES

/** A key whose first three bytes are partition and kind. */
function keyOf(partition: number, kind: number, restBytes: number): Buffer {
  const key = Buffer.allocUnsafe(HEAD_BYTES + restBytes)
  key[0] = partition >>> 8
  key[1] = partition & 0xff
  key[2] = kind
  return key
}

export const standingKey = (partition: number): Buffer => keyOf(partition, STANDING, 0)

export function valueKey(partition: number, key: string): Buffer {
  const stored = keyOf(partition, VALUE, Buffer.byteLength(key))
  stored.write(key, HEAD_BYTES)
  return stored
}

export const outboxKey = (partition: number): Buffer => keyOf(partition, OUTBOX, 0)

/** Where one entry of an outbox lies that was kept entry by entry. */
export function outboxEntryKey(partition: number, sequence: number): Buffer {
  const stored = keyOf(partition, OUTBOX_ENTRY, SEQUENCE_BYTES)
  stored.writeUIntBE(sequence, HEAD_BYTES, SEQUENCE_BYTES)
  return stored
}

/** The key of a value, from where it lies. */
export const keyOfValue = (stored: Buffer): string => textOf(stored.subarray(HEAD_BYTES))

/** Keys of values that start with `prefix`, after `after`: UTF-8 has no byte 0xff, so that byte ends a prefix. */
export function rangeOf(partition: number, prefix: string, after = ''): { readonly start: Buffer; readonly end: Buffer } {
  const from = valueKey(partition, prefix)
  const behind = Buffer.concat([valueKey(partition, after), Buffer.from([0])])
  const start = after !== '' && Buffer.compare(behind, from) > 0 ? behind : from
  return { start, end: Buffer.concat([from, Buffer.from([0xff])]) }
}

/** What an outbox holds, as one value. */
export function encodeOutbox(entries: readonly Outgoing[]): Buffer {
  const stored = slabBytes(entries.reduce((sum, entry) => sum + LENGTH_BYTES + outgoingBytes(entry), 0))
  let at = 0
  for (const entry of entries) {
    const end = writeOutgoing(entry, stored, at + LENGTH_BYTES)
    stored.writeUInt32LE(end - at - LENGTH_BYTES, at)
    at = end
  }
  return stored
}

/** The entries of an outbox, the first of which has the sequence `first`: at most `limit`. */
export function decodeOutbox(stored: Buffer, first: number, limit: number): OutboxEntry[] {
  const entries: OutboxEntry[] = []
  for (let at = 0; at < stored.length && entries.length < limit; at = nextOf(stored, at))
    entries.push(decodeOutgoing(first + entries.length, stored.subarray(at + LENGTH_BYTES, nextOf(stored, at))))
  return entries
}

/** What is left of an outbox without its first `count` entries. */
export function outboxAfter(stored: Buffer, count: number): Buffer {
  let at = 0
  for (let i = 0; i < count && at < stored.length; i++) at = nextOf(stored, at)
  return stored.subarray(at)
}

const nextOf = (stored: Buffer, at: number): number => at + LENGTH_BYTES + stored.readUInt32LE(at)

export function encodeStanding({ positions, outboxFirst, outboxNext }: StandingEntry): Buffer {
  const { events, touches, catalog, lineage = '' } = positions
  const stored = slabBytes(NUMBERS_BYTES + Buffer.byteLength(lineage))
  ;[events, touches, catalog, outboxFirst, outboxNext].forEach((number, i) => stored.writeDoubleLE(number, i * NUMBER_BYTES))
  stored.write(lineage, NUMBERS_BYTES)
  return stored
}

/** The inverse of {@link encodeStanding}; entries of before there were lineages end with their numbers. */
export function decodeStanding(stored: Buffer): StandingEntry {
  const at = (i: number): number => stored.readDoubleLE(i * NUMBER_BYTES)
  const vector = { events: at(0), touches: at(1), catalog: at(2) }
  const positions = stored.length === NUMBERS_BYTES ? vector : { ...vector, lineage: textOf(stored.subarray(NUMBERS_BYTES)) }
  return { positions, outboxFirst: at(3), outboxNext: at(4) }
}
