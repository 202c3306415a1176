import { CompressionTypes } from 'kafkajs'
import type { Sending } from './departures'
import { failureOf, isPassing } from './failures'
import { produceRequest } from './produce-request'
import { encodeBatch } from './record-batch'

const NOW_MS = 1_700_000_000_000
const sending = (topic: string, partition: number, producerId = '1'): Sending => ({
  place: { topic, partition },
  messages: [{ key: topic, value: Buffer.from(`${partition}`) }],
  ...{ producerId, producerEpoch: 0, firstSequence: 0, compression: CompressionTypes.None, timeoutMs: 15_000 },
  over: new AbortController().signal,
})
const sendings = [sending('a', 1), sending('bc', 0, '2'), sending('a', 3)]

/** `topic` and its partitions, each with an error code and an offset, as a broker answers. */
function answerOf(topics: readonly [string, ...(readonly [partition: number, error: number, offset: bigint])[]][]): Buffer {
  const parts = topics.flatMap(([topic, ...partitions]) => [
    bytes(2, (b) => b.writeInt16BE(topic.length)),
    Buffer.from(topic),
    bytes(4, (b) => b.writeInt32BE(partitions.length)),
    ...partitions.map(([partition, error, offset]) =>
      bytes(22, (b) => {
        b.writeInt32BE(partition, 0)
        b.writeInt16BE(error, 4)
        b.writeBigInt64BE(offset, 6)
        b.writeBigInt64BE(-1n, 14)
      }),
    ),
  ])
  return Buffer.concat([bytes(4, (b) => b.writeInt32BE(topics.length)), ...parts, Buffer.alloc(4)])
}

function bytes(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}

describe('a request that appends', () => {
  it('names its partitions by topic, each with the batch of its own producer', async () => {
    const { buffer } = await produceRequest(sendings, NOW_MS).request.encode()
    const [first, second, third] = await Promise.all(sendings.map((one) => encodeBatch(one, NOW_MS)))
    const sized = (partition: number, batch: Buffer): string => `${int32(partition)}${int32(batch.length)}${batch.toString('hex')}`
    expect(buffer.toString('hex')).toBe(
      `ffff${'ffff'}${int32(15_000)}${int32(2)}` +
        `0001${hex('a')}${int32(2)}${sized(1, first)}${sized(3, third)}` +
        `0002${hex('bc')}${int32(1)}${sized(0, second)}`,
    )
  })

  it('tells of each batch where it begins, or why it was refused', async () => {
    const { response } = produceRequest(sendings, NOW_MS)
    const answer = answerOf([
      ['bc', [0, 0, 2n ** 40n]],
      ['a', [3, 10, -1n], [1, 0, 5n]],
    ])
    const [first, second, third] = await response.decode(answer)
    expect([first, second]).toEqual([5, 2 ** 40])
    expect(failureOf(third)).toMatchObject({ type: 'MESSAGE_TOO_LARGE', mayPass: false })
  })

  it('counts a batch of which the broker says nothing as unanswered', async () => {
    const [first, second] = await produceRequest(sendings, NOW_MS).response.decode(answerOf([['a', [1, 0, 5n]]]))
    expect(first).toBe(5)
    expect(isPassing(second)).toBe(true)
  })
})

const hex = (text: string): string => Buffer.from(text).toString('hex')
const int32 = (value: number): string => value.toString(16).padStart(8, '0')
