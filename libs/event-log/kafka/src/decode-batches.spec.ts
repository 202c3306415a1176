import { CompressionTypes, type Message } from 'kafkajs'
import Decoder from 'kafkajs/src/protocol/decoder'
import decodeTheirs from 'kafkajs/src/protocol/recordBatch/v0/decoder'
import { CorruptError, UnavailableError } from '@freshet/kernel'
import { decodeBatches } from './decode-batches'
import { crc32c } from './crc32c'
import { BATCH, encodeBatch } from './record-batch'

const NOW_MS = 1_700_000_000_000
const BASE = 2 ** 40

/** A batch as a partition keeps it: the broker has said where it stands. */
async function batch(messages: Message[], base: number, compression = CompressionTypes.None): Promise<Buffer> {
  const numbers = { producerId: '7', producerEpoch: 0, firstSequence: 0, timeoutMs: 1000 }
  const bytes = await encodeBatch({ messages, compression, ...numbers }, NOW_MS)
  bytes.writeBigInt64BE(BigInt(base), 0)
  return bytes
}

/** With the checksum of what it has become. */
function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, BATCH.attributes, bytes.length), BATCH.checksum)
  return bytes
}

const messages: Message[] = [
  { key: 'käy', value: Buffer.from('value') },
  { key: '', value: Buffer.alloc(0) },
  { key: 'gone', value: null },
  { key: 'only', value: Buffer.alloc(70_000, 7), headers: { 'freshet-only-at': '123', other: '' } },
  ...Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, value: Buffer.from(`${i}`) })),
]

describe('the messages of batches', () => {
  it('are those that kafkajs finds in them', async () => {
    const bytes = await batch(messages, BASE)
    const { records } = await decodeTheirs(new Decoder(bytes))
    const theirs = records.map(({ offset, key, value, headers }) => ({
      offset: Number(offset),
      key,
      value,
      headers,
      isControlRecord: false,
    }))
    expect(await decodeBatches(bytes)).toEqual(theirs)
  })

  it('come one batch after the other, a last one that is cut off left out', async () => {
    const [first, second] = [await batch(messages.slice(0, 2), 5), await batch(messages.slice(2, 4), 9, CompressionTypes.GZIP)]
    const offsetsOf = async (bytes: Buffer): Promise<number[]> => (await decodeBatches(bytes)).map(({ offset }) => offset)
    const both = Buffer.concat([first, second])
    expect(await offsetsOf(both)).toEqual([5, 6, 9, 10])
    expect(await offsetsOf(both.subarray(0, both.length - 1))).toEqual([5, 6])
    expect(await offsetsOf(both.subarray(0, first.length + 20))).toEqual([5, 6])
    expect(await offsetsOf(Buffer.alloc(0))).toEqual([])
  })

  it('have the offsets that compaction has left them', async () => {
    const bytes = await batch([{ key: 'a', value: null }], 5)
    bytes[64] = 12 // the offset delta of its record: zigzag for 6
    expect((await decodeBatches(sealed(bytes))).map(({ offset }) => offset)).toEqual([11])
  })

  it('are marked where they are a broker’s own', async () => {
    const bytes = await batch([{ key: 'a', value: null }], 5)
    bytes[22] |= 0x20
    expect((await decodeBatches(sealed(bytes))).map(({ isControlRecord }) => isControlRecord)).toEqual([true])
  })

  it('are not guessed at in a format that nobody writes any more', async () => {
    const bytes = await batch(messages, 5)
    bytes[16] = 1
    await expect(decodeBatches(bytes)).rejects.toThrow(CorruptError)
  })

  it('are given as they were written, or not at all, whatever bit was flipped on their way', async () => {
    const bytes = await batch(messages.slice(0, 2), 5)
    const written = await decodeBatches(bytes)
    for (let bit = 8 * BATCH.length; bit < 8 * bytes.length; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] ^= 1 << (bit & 7)
      const read = await decodeBatches(flipped).catch((error: unknown) => error)
      const isRefused = read instanceof UnavailableError || read instanceof CorruptError
      if (!isRefused && (read as readonly unknown[]).length > 0) expect(read).toEqual(written) // the leader's epoch, which nobody asks for
    }
  })
})
