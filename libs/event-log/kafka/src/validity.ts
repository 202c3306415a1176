import type { Entry, LogRecord } from '@freshet/event-log'
import type { Message } from 'kafkajs'
import type { FetchedMessage } from './link'

/** The header of a conditional record: the offset at which alone it is valid, in decimal digits. */
const ONLY_AT = 'freshet-only-at'

/** A message for the brokers; it has the bytes of this moment, whatever becomes of the entry's buffer. */
export const messageOf = ({ key, value }: Entry): Message => ({ key, value: Buffer.from(value) })

/** The same, valid only at one offset: wherever else it lands, no reader sees it. */
export const conditionalMessageOf = (entry: Entry, offset: number): Message => ({
  ...messageOf(entry),
  headers: { [ONLY_AT]: String(offset) },
})

/** What readers see of fetched messages, and what they do not. */
export interface Sifted {
  readonly records: readonly LogRecord[]
  /** The offsets of conditional records that landed elsewhere than where they are valid. */
  readonly voids: readonly number[]
  /** The offset after the last message, `from` where there is none. */
  readonly to: number
  /** What the records weigh in memory. */
  readonly bytes: number
}

/**
 * The records of a fetch from `from` on.
 *
 * A conditional record is valid where its offset is the one that it carries. That is decided by the record alone, so all readers agree,
 * wherever they begin, whatever was trimmed or compacted before it (docs/adr/0011).
 */
export function sift(messages: readonly FetchedMessage[], from: number): Sifted {
  const records: LogRecord[] = []
  const voids: number[] = []
  let to = from
  let bytes = 0
  for (const { offset, key, value, headers, isControlRecord } of messages) {
    if (offset < to) continue // a batch comes whole, also from its middle on
    to = offset + 1
    if (isControlRecord) continue
    const onlyAt = headers[ONLY_AT]
    if (onlyAt !== undefined && Number(String(onlyAt)) !== offset) {
      voids.push(offset)
      continue
    }
    const record = { offset, key: key?.toString() ?? '', value: new Uint8Array(value ?? []) } // a copy: else it would hold the whole answer
    records.push(record)
    bytes += RECORD_BYTES + 2 * record.key.length + record.value.byteLength
  }
  return { records, voids, to, bytes }
}

const RECORD_BYTES = 160 // a record object, its string and its array, as measured
