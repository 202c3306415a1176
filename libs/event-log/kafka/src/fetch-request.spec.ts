import { CompressionTypes } from 'kafkajs'
import { failureOf, isOutOfRange } from './failures'
import { fetchRequest } from './fetch-request'
import { encodeBatch } from './record-batch'
import { int32s, textOf } from './wire'

const bounds = { maxWaitMs: 250, bytesMax: 1 << 20 }
const numbers = { producerId: '7', producerEpoch: 0, firstSequence: 0, timeoutMs: 1000, compression: CompressionTypes.None }

interface Held {
  readonly error?: number
  readonly highWatermark?: number
  readonly batches?: Buffer
  readonly aborted?: number
}

/** One partition of an answer. */
function partitionOf(partition: number, { error = 0, highWatermark = 0, batches = Buffer.alloc(0), aborted = -1 }: Held): Buffer {
  const head = Buffer.alloc(22)
  head.writeInt32BE(partition, 0)
  head.writeInt16BE(error, 4)
  head.writeBigInt64BE(BigInt(highWatermark), 6)
  return Buffer.concat([head, int32s(aborted), Buffer.alloc(16 * Math.max(0, aborted)), int32s(batches.length), batches])
}

const answerOf = (...partitions: Buffer[]): Buffer =>
  Buffer.concat([int32s(0), int32s(1), textOf('clicks'), int32s(partitions.length), ...partitions])

describe('a request that fetches', () => {
  it('asks for partitions by topic, each from its offset', async () => {
    const wanted = [
      { topic: 'clicks', partition: 3, from: 2 ** 40 },
      { topic: 'views', partition: 0, from: 5 },
      { topic: 'clicks', partition: 1, from: 0 },
    ]
    const { buffer } = await fetchRequest(wanted, bounds).request.encode()
    const place = (partition: number, from: bigint): Buffer => {
      const offset = Buffer.alloc(8)
      offset.writeBigInt64BE(from)
      return Buffer.concat([int32s(partition), offset, int32s(bounds.bytesMax)])
    }
    const clicks = [textOf('clicks'), int32s(2), place(3, 2n ** 40n), place(1, 0n)]
    const views = [textOf('views'), int32s(1), place(0, 5n)]
    expect(buffer).toEqual(Buffer.concat([int32s(-1, 250, 1, bounds.bytesMax), Buffer.of(0), int32s(2), ...clicks, ...views]))
  })

  it('brings what each partition has, and how far it reaches', async () => {
    const batches = await encodeBatch({ messages: [{ key: 'a', value: Buffer.from('b') }], ...numbers }, 0)
    const { decode } = fetchRequest([], bounds).response
    const answer = answerOf(partitionOf(3, { highWatermark: 2 ** 40, batches, aborted: 2 }), partitionOf(1, { highWatermark: 7 }))
    const [first, second] = await decode(answer)
    expect(first).toMatchObject({ topic: 'clicks', partition: 3, highWatermark: 2 ** 40 })
    expect(first.messages.map(({ key, value }) => [String(key), String(value)])).toEqual([['a', 'b']])
    expect(second).toEqual({ topic: 'clicks', partition: 1, highWatermark: 7, messages: [] })
  })

  it('throws what is wrong where a partition is refused', async () => {
    const { decode } = fetchRequest([], bounds).response
    const refused = await decode(answerOf(partitionOf(0, {}), partitionOf(1, { error: 1 }))).catch((error: unknown) => error)
    expect(isOutOfRange(refused)).toBe(true)
    const moved = await decode(answerOf(partitionOf(0, { error: 6 }))).catch((error: unknown) => error)
    expect(failureOf(moved)).toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION', mayPass: true })
  })
})
