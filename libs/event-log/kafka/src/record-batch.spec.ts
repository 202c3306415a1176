import { gunzipSync } from 'node:zlib'
import { CompressionTypes, type Message } from 'kafkajs'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0'
import { RecordBatch as encodeTheirs } from 'kafkajs/src/protocol/recordBatch/v0'
import { crc32c } from './crc32c'
import { encodeBatch } from './record-batch'

const NOW_MS = 1_700_000_000_123
const HEAD_BYTES = 61

const batchOf = (messages: Message[], compression = CompressionTypes.None) => ({
  ...{ messages, compression, producerId: '9007199254740993', producerEpoch: 3, firstSequence: 70_000, timeoutMs: 1000 },
})

/** Kafkajs's own bytes of the same batch. */
async function theirs(messages: Message[]): Promise<Buffer> {
  const records = messages.map((message, offsetDelta) => encodeRecord({ ...message, offsetDelta, timestampDelta: 0 }))
  const { producerId, producerEpoch, firstSequence } = batchOf(messages)
  const times = { firstTimestamp: NOW_MS, maxTimestamp: NOW_MS }
  const batch = await encodeTheirs({ records, ...times, producerId, producerEpoch, firstSequence, lastOffsetDelta: messages.length - 1 })
  return batch.buffer
}

const many: Message[] = Array.from({ length: 300 }, (_, i) => ({ key: `käy ${i}`, value: Buffer.alloc(i % 7 === 0 ? 20_000 : i, i) }))

describe('a batch', () => {
  it.each<[string, Message[]]>([
    ['one message', [{ key: 'a', value: Buffer.from('b') }]],
    ['many, short and long', many],
    ['a key or a value that is empty', [{ key: '', value: Buffer.alloc(0) }]],
    ['a value that is missing', [{ key: 'gone', value: null }]],
    ['a header', [{ key: 'a', value: Buffer.from('b'), headers: { 'freshet-only-at': '123456' } }]],
  ])('of %s has the bytes that kafkajs gives it', async (_, messages) => {
    expect((await encodeBatch(batchOf(messages), NOW_MS)).equals(await theirs(messages))).toBe(true)
  })

  it('that is packed has its records packed, and says how long it is then', async () => {
    const [packed, plain] = [await encodeBatch(batchOf(many, CompressionTypes.GZIP), NOW_MS), await encodeBatch(batchOf(many), NOW_MS)]
    expect(gunzipSync(packed.subarray(HEAD_BYTES)).equals(plain.subarray(HEAD_BYTES))).toBe(true)
    expect(packed.readInt32BE(8)).toBe(packed.length - 12)
    expect(packed.readInt16BE(21)).toBe(CompressionTypes.GZIP)
    expect(packed.readUInt32BE(17)).toBe(crc32c(packed, 21, packed.length))
  })
})
