import { createErrorFromCode } from 'kafkajs/src/protocol/error'
import type { FetchBounds, Fetched, FetchFrom } from './link'
import { decodeBatches } from './decode-batches'
import { Cursor, int32s, listsByTopic, wireRequest, type WireRequest } from './wire'

/**
 * Asks a broker what partitions that it leads have from some offsets on; throws what is wrong with the first that it refuses.
 *
 * shape   replica i32, wait i32, least bytes i32, most bytes i32, isolation i8, [topic string, [partition i32, offset i64, most bytes i32]]
 *         → throttle i32, [topic string, [partition i32, error i16, high watermark i64, last stable i64, aborted [16 bytes], batches bytes]]
 * source  Kafka protocol, Fetch v4, which brokers from 0.11 to 4.x speak
 */
export function fetchRequest(wanted: readonly FetchFrom[], { maxWaitMs, bytesMax }: FetchBounds): WireRequest<Fetched[]> {
  return wireRequest({
    ...{ apiKey: 1, apiVersion: 4, apiName: 'Fetch' },
    encode: async () =>
      Buffer.concat([
        int32s(NO_REPLICA, maxWaitMs, 1, bytesMax),
        Buffer.of(READ_UNCOMMITTED),
        ...listsByTopic(
          wanted,
          ({ topic }) => topic,
          ({ partition, from }) => [placeOf(partition, from, bytesMax)],
        ),
      ]),
    decode: decodeAnswer,
  })
}

function placeOf(partition: number, from: number, bytesMax: number): Buffer {
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeInt32BE(partition, 0)
  bytes.writeBigInt64BE(BigInt(from), 4)
  bytes.writeInt32BE(bytesMax, 12)
  return bytes
}

async function decodeAnswer(body: Buffer): Promise<Fetched[]> {
  const cursor = new Cursor(body)
  cursor.int32()
  const fetched: Fetched[] = []
  for (let topics = cursor.int32(); topics > 0; topics--) {
    const topic = cursor.text()
    for (let partitions = cursor.int32(); partitions > 0; partitions--) fetched.push(await decodePartition(cursor, topic))
  }
  return fetched
}

async function decodePartition(cursor: Cursor, topic: string): Promise<Fetched> {
  const partition = cursor.int32()
  const code = cursor.int16()
  if (code !== 0) throw createErrorFromCode(code)
  const highWatermark = cursor.int64()
  cursor.int64()
  cursor.skip(ABORTED_BYTES * cursor.int32())
  return { topic, partition, highWatermark, messages: await decodeBatches(cursor.sized()) }
}

const NO_REPLICA = -1
const READ_UNCOMMITTED = 0 // nobody writes transactions here
const ABORTED_BYTES = 16
