import { textOf } from '@freshet/kernel'
import type { Outgoing, OutboxEntry } from './online-store'

// partition u16 · topic bytes u16 · key bytes u32 · topic · key · value, numbers little-endian

const HEAD_BYTES = 8

/** An outgoing entry as engines keep it: any bytes as its value, in a few bytes more. */
export function encodeOutgoing({ to, key, value }: Outgoing): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt16LE(to.partition, 0)
  head.writeUInt16LE(Buffer.byteLength(to.topic), 2)
  head.writeUInt32LE(Buffer.byteLength(key), 4)
  return Buffer.concat([head, Buffer.from(to.topic), Buffer.from(key), value])
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
