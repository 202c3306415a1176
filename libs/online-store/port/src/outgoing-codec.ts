import { textOf } from '@freshet/kernel'
import type { Outgoing, OutboxEntry } from './online-store'

// partition u16 · topic bytes u16 · key bytes u32 · topic · key · value, numbers little-endian

const HEAD_BYTES = 8

/** An outgoing entry as engines keep it: any bytes as its value, in a few bytes more. */
export function encodeOutgoing(entry: Outgoing): Buffer {
  const stored = Buffer.allocUnsafe(outgoingBytes(entry))
  writeOutgoing(entry, stored, 0)
  return stored
}

/** How many bytes {@link encodeOutgoing} takes. */
export const outgoingBytes = ({ to, key, value }: Outgoing): number =>
  HEAD_BYTES + Buffer.byteLength(to.topic) + Buffer.byteLength(key) + value.length

/** {@link encodeOutgoing} into `target` from `start` on; returns where it ends. */
export function writeOutgoing({ to, key, value }: Outgoing, target: Buffer, start: number): number {
  const topicBytes = target.write(to.topic, start + HEAD_BYTES)
  const keyBytes = target.write(key, start + HEAD_BYTES + topicBytes)
  target.writeUInt16LE(to.partition, start)
  target.writeUInt16LE(topicBytes, start + 2)
  target.writeUInt32LE(keyBytes, start + 4)
  const valueStart = start + HEAD_BYTES + topicBytes + keyBytes
  target.set(value, valueStart)
  return valueStart + value.length
}

/** The inverse of {@link encodeOutgoing}; the value is a view of what was stored. */
export function decodeOutgoing(sequence: number, stored: Buffer): OutboxEntry {
  const keyStart = HEAD_BYTES + stored.readUInt16LE(2)
  const valueStart = keyStart + stored.readUInt32LE(4)
  return {
    sequence,
    to: { topic: textOf(stored.subarray(HEAD_BYTES, keyStart)), partition: stored.readUInt16LE(0) },
    key: textOf(stored.subarray(keyStart, valueStart)),
    value: plain(stored.subarray(valueStart)),
  }
}

/** The same bytes as an engine's Buffer, as readers expect them. */
export const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
