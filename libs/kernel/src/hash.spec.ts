import fc from 'fast-check'
import { hash32, hash64, mix64, partitionOf } from './index'

/** A text whose code units have these bytes, the lower one of a pair first. */
const textOfBytes = (...bytes: number[]): string =>
  String.fromCharCode(...Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8)))

/** MurmurHash3 (x86, 32 bits) as its author wrote it: over bytes, in whole numbers without bound. */
function murmur(bytes: Uint8Array, seed: number, length = bytes.length): number {
  const word = (x: bigint): bigint => BigInt.asUintN(32, x)
  const rotate = (x: bigint, by: bigint): bigint => word((x << by) | (x >> (32n - by)))
  const scramble = (k: bigint): bigint => word(rotate(word(k * 0xcc9e2d51n), 15n) * 0x1b873593n)
  const littleEndian = (from: number, count: number): bigint =>
    Array.from({ length: count }, (_, i) => BigInt(bytes[from + i]) << BigInt(8 * i)).reduce((sum, byte) => sum | byte, 0n)
  let h = word(BigInt(seed))
  const tail = bytes.length % 4
  for (let at = 0; at < bytes.length - tail; at += 4) h = word(rotate(h ^ scramble(littleEndian(at, 4)), 13n) * 5n + 0xe6546b64n)
  if (tail > 0) h ^= scramble(littleEndian(bytes.length - tail, tail))
  h ^= BigInt(length)
  h = word((h ^ (h >> 16n)) * 0x85ebca6bn)
  h = word((h ^ (h >> 13n)) * 0xc2b2ae35n)
  return Number(h ^ (h >> 16n))
}

describe('the hash of a text', () => {
  // Verification vectors of MurmurHash3_x86_32 that have been published for its ports, those of an even number of bytes
  it.each([
    ['nothing', [], 0, 0],
    ['nothing', [], 1, 0x514e28b7],
    ['nothing', [], 0xffffffff, 0x81f16f39],
    ['all ones', [0xff, 0xff, 0xff, 0xff], 0, 0x76293b50],
    ['zeros', [0, 0, 0, 0], 0, 0x2362f9de],
    ['two zeros', [0, 0], 0, 0x30f4c306],
    ['one block', [0x21, 0x43, 0x65, 0x87], 0, 0xf55b516b],
    ['one block', [0x21, 0x43, 0x65, 0x87], 0x5082edee, 0x2362f9de],
    ['half a block', [0x21, 0x43], 0, 0xa0f7b07a],
  ])('is the published one of %s %j with seed %d', (_, bytes, seed, expected) => {
    expect(hash32(textOfBytes(...bytes), seed)).toBe(expected)
  })

  it('is MurmurHash3 of its code units, whatever they are: halves of surrogates, zeros, any length, any seed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 9 }), fc.integer(), (units, seed) => {
        const bytes = new Uint8Array(Uint16Array.from(units).buffer)
        expect(hash32(String.fromCharCode(...units), seed)).toBe(murmur(bytes, seed))
      }),
    )
  })

  it('has two halves that say different things, and a seed that changes both', () => {
    const { lo, hi } = hash64('user-1')
    const seeded = hash64('user-1', 1)
    expect([lo, hi]).toEqual([hash32('user-1', 0x2545f491), hash32('user-1', 0x9e3779b9)])
    expect(new Set([lo, hi, seeded.lo, seeded.hi]).size).toBe(4)
  })

  it('has the bits that ids have on disks since they were first written', () => {
    expect(hash64('user-1')).toEqual({ lo: 3064263989, hi: 1564943287 })
    expect(hash64('ürün 🛒')).toEqual({ lo: 3459280925, hi: 3127331926 })
  })
})

describe('the partition of a key', () => {
  it('is the one that logs on disks have it in', () => {
    expect(['', 'user-1', 'user-2', 'item-1', 'ürün'].map((key) => partitionOf(key, 8))).toEqual([0, 5, 7, 4, 2])
  })

  it('is the lower half of its hash, over any number of partitions, the only one among them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 256 }), (key, partitions) => {
        expect(partitionOf(key, partitions)).toBe(hash64(key).lo % partitions)
      }),
    )
    expect(partitionOf('anybody', 1)).toBe(0)
  })

  it('is each one’s for about as many keys that count on', () => {
    const counts = new Array<number>(8).fill(0)
    for (let i = 0; i < 8000; i++) counts[partitionOf(`user-${i}`, 8)]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150) // five standard deviations
  })
})

describe('the mixing of a 64-bit id', () => {
  it('is MurmurHash3 of its two words, but that it counts none', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (lo, hi) => {
        const words = Uint32Array.of(lo, hi)
        expect(mix64(lo, hi)).toBe(murmur(new Uint8Array(words.buffer), 0, 0))
      }),
    )
  })

  it('gives ids that count on places of a small table about as often', () => {
    const counts = new Array<number>(16).fill(0)
    for (let lo = 0; lo < 16_000; lo++) counts[mix64(lo, 7) % 16]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(160)
  })
})
