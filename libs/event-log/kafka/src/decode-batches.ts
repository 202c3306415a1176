import { CorruptError, UnavailableError } from '@freshet/kernel'
import { crc32c } from './crc32c'
import type { FetchedMessage } from './link'
import { BATCH, codecOf } from './record-batch'

/**
 * The messages of batches as a partition keeps them; the last batch may be cut off, and is left out then. Keys and values share the answer's memory.
 *
 * throws  CorruptError where a batch is of before Kafka 0.11, which Freshet has never written; UnavailableError where it is not what was sent
 */
export async function decodeBatches(bytes: Buffer): Promise<readonly FetchedMessage[]> {
  const messages: FetchedMessage[] = []
  for (let at = 0; at + BATCH.headBytes <= bytes.length;) {
    const end = at + BATCH.lengthEnd + bytes.readInt32BE(at + BATCH.length)
    if (end < at + BATCH.headBytes) throw damaged(bytes, at)
    if (end > bytes.length) break
    if (bytes[at + BATCH.magic] !== BATCH.version) throw new CorruptError('a batch', 'it has a format from before Kafka 0.11', REMEDY)
    if (crc32c(bytes, at + BATCH.attributes, end) !== bytes.readUInt32BE(at + BATCH.checksum)) throw damaged(bytes, at)
    const attributes = bytes.readInt16BE(at + BATCH.attributes)
    const packed = bytes.subarray(at + BATCH.headBytes, end)
    const codec = attributes & CODEC_MASK
    const head = {
      base: Number(bytes.readBigInt64BE(at)),
      count: bytes.readInt32BE(at + BATCH.count),
      isControlRecord: (attributes & CONTROL) !== 0,
    }
    decodeRecords(codec === 0 ? packed : await codecOf(codec).decompress(packed), head, messages)
    at = end
  }
  return messages
}

/** Brokers hand out what lies on their disks without looking at it; another replica, or another attempt, may be whole. */
const damaged = (bytes: Buffer, at: number): UnavailableError =>
  new UnavailableError(`the batch at offset ${bytes.readBigInt64BE(at)}`, 'it came damaged, by its CRC-32C; it is fetched again')

interface Head {
  readonly base: number
  readonly count: number
  readonly isControlRecord: boolean
}

function decodeRecords(bytes: Buffer, { base, count, isControlRecord }: Head, into: FetchedMessage[]): void {
  const reader = new Records(bytes)
  for (let i = 0; i < count; i++) {
    const end = reader.begin()
    const offset = base + reader.varint()
    const [key, value] = [reader.bytes(), reader.bytes()]
    into.push({ offset, key, value, headers: reader.headers(), isControlRecord })
    reader.at = end
  }
}

class Records {
  at = 0

  constructor(private readonly source: Buffer) {}

  /** Goes to a record's offset delta; where the record ends. */
  begin(): number {
    const length = this.varint()
    const end = this.at + length
    this.at++ // attributes, of which there are none
    while (this.source[this.at++] > 127); // the time, which nobody asks for; it may have more than 32 bits
    return end
  }

  /** Zigzag, at most 32 bits. */
  varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.source[this.at++]
      value |= (byte & 127) << shift
      if (byte < 128) return (value >>> 1) ^ -(value & 1)
    }
  }

  bytes(): Buffer | null {
    const length = this.varint()
    return length < 0 ? null : this.source.subarray(this.at, (this.at += length))
  }

  headers(): FetchedMessage['headers'] {
    const count = this.varint()
    if (count === 0) return NONE
    const headers: Record<string, Buffer> = {}
    for (let i = 0; i < count; i++) headers[String(this.bytes())] = this.bytes() ?? EMPTY
    return headers
  }
}

const REMEDY = 'read it with a version of Kafka that converts it, or begin another data set'
const CODEC_MASK = 7
const CONTROL = 0x20
const NONE: FetchedMessage['headers'] = {}
const EMPTY = Buffer.alloc(0)
