import { EventRecord, type Tick } from '@freshet/contracts'

/** What ingest adds to an event. */
export interface Acceptance {
  /** Only where the event brought none. */
  readonly eventId?: string
  /** Only where the event brought none. */
  readonly timeMs?: number
  readonly sequence: number
  readonly acceptedMs: number
}

/**
 * The bytes of an EventRecord around the bytes of its event as they came: nothing is encoded a second time.
 *
 * grammar  record = 0x0A varint(length) event [0x0A varint(length) event_id] [0x30 varint(time_ms)] 0x18 varint(sequence) 0x20 varint(accepted_ms);
 *          what is appended to the event's own bytes wins, as the last of a field does in any protobuf reader
 * source   protobuf.dev/programming-guides/encoding (last one wins)
 */
export function eventRecordBytes(event: Uint8Array, { eventId = '', timeMs = 0, sequence, acceptedMs }: Acceptance): Uint8Array {
  const idBytes = Buffer.byteLength(eventId)
  const idLength = idBytes === 0 ? 0 : 1 + varintLength(idBytes) + idBytes
  const eventLength = event.length + idLength + (timeMs === 0 ? 0 : 1 + varintLength(timeMs))
  const total = 3 + varintLength(eventLength) + eventLength + varintLength(sequence) + varintLength(acceptedMs)
  const record = Buffer.allocUnsafe(total)
  record[0] = EVENT_TAG
  let at = writeVarint(record, 1, eventLength)
  record.set(event, at)
  at += event.length
  if (idBytes > 0) {
    record[at] = EVENT_ID_TAG
    at = writeVarint(record, at + 1, idBytes)
    at += record.write(eventId, at)
  }
  if (timeMs !== 0) at = writeField(record, at, { tag: TIME_TAG, value: timeMs })
  at = writeField(record, at, { tag: SEQUENCE_TAG, value: sequence })
  writeField(record, at, { tag: ACCEPTED_TAG, value: acceptedMs })
  return record
}

/** The bytes of a record that moves a watermark. */
export const tickRecordBytes = (tick: Tick, acceptance: Acceptance): Uint8Array =>
  EventRecord.encode({ record: { $case: 'tick', tick }, sequence: acceptance.sequence, acceptedMs: acceptance.acceptedMs }).finish()

const EVENT_TAG = 0x0a
const EVENT_ID_TAG = 0x0a
const TIME_TAG = 0x30
const SEQUENCE_TAG = 0x18
const ACCEPTED_TAG = 0x20

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

function writeVarint(target: Uint8Array, from: number, value: number): number {
  let at = from
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80
  target[at++] = rest
  return at
}

function writeField(target: Uint8Array, at: number, field: { tag: number; value: number }): number {
  target[at] = field.tag
  return writeVarint(target, at + 1, field.value)
}
