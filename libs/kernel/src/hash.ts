/** A 64-bit value as two unsigned 32-bit halves: BigInt stays out of hot code. */
export interface Id64 {
  readonly lo: number
  readonly hi: number
}

/**
 * Our own 64-bit hash of a text: two MurmurHash3 (x86, 32 bits) of its UTF-16 code units with different seeds.
 *
 * cost    one pass, no allocation but the result
 * source  MurmurHash3 by A. Appleby (public domain), finaliser included
 */
export function hash64(text: string, seed = 0): Id64 {
  return { lo: hash32(text, seed ^ LO_SEED), hi: hash32(text, seed ^ HI_SEED) }
}

/** One half of {@link hash64}: MurmurHash3 over the code units of `text`, two to a block. */
export function hash32(text: string, seed: number): number {
  let h = seed | 0
  const pairs = text.length & ~1
  for (let i = 0; i < pairs; i += 2) h = mixBlock(h, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  if (pairs < text.length) h ^= scramble(text.charCodeAt(pairs))
  return finalise(h ^ (text.length << 1))
}

/** Spreads the bits of a 64-bit id over 32: equal ids give equal words, in any process. */
export const mix64 = (lo: number, hi: number): number => finalise(mixBlock(mixBlock(0, lo), hi))

/** The partition of a key: the same function for every topic, so that partition p of all topics meets. */
export const partitionOf = (key: string, partitions: number): number => hash32(key, LO_SEED) % partitions

const LO_SEED = 0x2545f491 // arbitrary and fixed: logs on disk depend on it
const HI_SEED = 0x9e3779b9

const scramble = (k: number): number => Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)
const mixBlock = (h: number, k: number): number => (Math.imul(rotate(h ^ scramble(k), 13), 5) + 0xe6546b64) | 0
const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

function finalise(h: number): number {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
