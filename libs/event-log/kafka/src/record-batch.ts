import { CompressionCodecs, type Message } from 'kafkajs'
import { crc32c } from './crc32c'
import type { Batch } from './link'

/** Where in a batch some of its head lies, and the version of this shape. */
export const BATCH = { length: 8, lengthEnd: 12, magic: 16, checksum: 17, attributes: 21, count: 57, headBytes: 61, version: 2 } as const

/**
 * A batch as the brokers keep it, in one buffer that is written once: kafkajs's own encoder grows some ten buffers a record, which was
 * half of what an append cost.
 *
 * shape   base offset i64, length i32, leader epoch i32, magic i8 = 2, CRC-32C u32 of all that follows, attributes i16, last offset delta i32,
 *         first and last timestamp i64, producer id i64, producer epoch i16, first sequence i32, count i32, records
 *         record: length, attributes i8, timestamp delta, offset delta, key, value, headers; lengths and deltas as zigzag varints
 * source  Kafka protocol, "Record Batch"
 */
export async function encodeBatch(batch: Batch, nowMs: number): Promise<Buffer> {
  const { messages, compression } = batch
  const bodies = messages.map(sizeOfBody)
  const plain = Buffer.allocUnsafe(BATCH.headBytes + bodies.reduce((sum, body) => sum + sizeOfVarint(body) + body, 0))
  messages.reduce<number>((at, message, i) => writeRecord(plain, message, { at, body: bodies[i], delta: i }), BATCH.headBytes)
  const encoded =
    compression === 0
      ? plain
      : Buffer.concat([
          plain.subarray(0, BATCH.headBytes),
          await codecOf(compression).compress({ buffer: plain.subarray(BATCH.headBytes) }),
        ])
  writeHead(encoded, batch, nowMs)
  return encoded
}

function writeHead(into: Buffer, { messages, compression, producerId, producerEpoch, firstSequence }: Batch, nowMs: number): void {
  into.writeBigInt64BE(0n, 0) // the broker says where it stands
  into.writeInt32BE(into.length - BATCH.lengthEnd, BATCH.length)
  into.writeInt32BE(0, BATCH.lengthEnd)
  into.writeInt8(BATCH.version, BATCH.magic)
  into.writeInt16BE(compression, BATCH.attributes)
  into.writeInt32BE(messages.length - 1, 23)
  into.writeBigInt64BE(BigInt(nowMs), 27)
  into.writeBigInt64BE(BigInt(nowMs), 35)
  into.writeBigInt64BE(BigInt(producerId), 43)
  into.writeInt16BE(producerEpoch, 51)
  into.writeInt32BE(firstSequence, 53)
  into.writeInt32BE(messages.length, BATCH.count)
  into.writeUInt32BE(crc32c(into, BATCH.attributes, into.length), BATCH.checksum)
}

/** Writes the record of `delta` at `at`; where the next one begins. */
function writeRecord(into: Buffer, { key, value, headers }: Message, place: { at: number; body: number; delta: number }): number {
  let at = writeVarint(into, place.body, place.at)
  into[at++] = 0 // no attributes
  at = writeVarint(into, 0, at) // all of a batch are of one moment
  at = writeVarint(into, place.delta, at)
  at = writeBytes(into, key, at)
  at = writeBytes(into, value, at)
  const named = headersOf(headers)
  at = writeVarint(into, named.length, at)
  for (const [name, content] of named) at = writeBytes(into, content, writeBytes(into, name, at))
  return at
}

function sizeOfBody({ key, value, headers }: Message, delta: number): number {
  const named = headersOf(headers)
  const fixed = 2 + sizeOfVarint(delta) + sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarint(named.length)
  return named.reduce((sum, [name, content]) => sum + sizeOfBytes(name) + sizeOfBytes(content), fixed)
}

const headersOf = (headers: Message['headers']): [string, string][] =>
  headers === undefined ? NONE : Object.entries(headers).map(([name, content]) => [name, String(content)])

function writeBytes(into: Buffer, bytes: Bytes, from: number): number {
  if (bytes === null || bytes === undefined) return writeVarint(into, -1, from)
  const length = lengthOf(bytes)
  const at = writeVarint(into, length, from)
  if (typeof bytes === 'string') into.write(bytes, at)
  else into.set(bytes, at)
  return at + length
}

const sizeOfBytes = (bytes: Bytes): number => (bytes === null || bytes === undefined ? 1 : sizeOfVarint(lengthOf(bytes)) + lengthOf(bytes))

const lengthOf = (bytes: string | Uint8Array): number => (typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length)

function writeVarint(into: Buffer, value: number, from: number): number {
  let [left, at] = [zigzag(value), from]
  for (; left > 127; left >>>= 7) into[at++] = (left & 127) | 128
  into[at++] = left
  return at
}

function sizeOfVarint(value: number): number {
  let bytes = 1
  for (let left = zigzag(value); left > 127; left >>>= 7) bytes++
  return bytes
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0

/** One of kafkajs's codecs, by its number in a batch's attributes. */
export function codecOf(compression: number): Codec {
  return (CompressionCodecs as Readonly<Record<number, () => Codec>>)[compression]()
}

interface Codec {
  /** Packs what lies in a box. */
  compress(box: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(packed: Buffer): Promise<Buffer>
}

type Bytes = string | Uint8Array | null | undefined

const NONE: [string, string][] = []
