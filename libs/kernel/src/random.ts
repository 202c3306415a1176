/**
 * A counter-based generator: the same key and counter give the same word in any process, in any order.
 *
 * math    ten rounds of Philox 2×32: (l, r) ← (hi(M·l) ⊕ k ⊕ r, lo(M·l)), k ← k + W
 * source  Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011)
 */
export function randomWord(key: number, counterLo: number, counterHi: number): number {
  let l = counterLo >>> 0
  let r = counterHi >>> 0
  let k = key >>> 0
  for (let round = 0; round < ROUNDS; round++) {
    const hi = multiplyHigh(MULTIPLIER, l)
    const lo = Math.imul(MULTIPLIER, l) >>> 0
    l = (hi ^ k ^ r) >>> 0
    r = lo
    k = (k + WEYL) >>> 0
  }
  return l
}

/** A number of [0, 1) with 32 random bits. */
export const randomUnit = (key: number, counterLo: number, counterHi: number): number => randomWord(key, counterLo, counterHi) / 4294967296

/** An integer of [0, n). */
export const randomBelow = (n: number, key: number, counterLo: number, counterHi: number): number =>
  Math.floor(randomUnit(key, counterLo, counterHi) * n)

/**
 * A copy in an order that `seed` and `round` decide; draws words 101 and beyond of that round.
 *
 * source  Fisher & Yates, as Durstenfeld wrote it (1964)
 */
export function shuffled<T>(list: readonly T[], seed: number, round: number): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1, seed, round, 100 + i)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}

const ROUNDS = 10
const MULTIPLIER = 0xd256d193
const WEYL = 0x9e3779b9

/** The upper 32 bits of the 64-bit product, by 16-bit halves; every sum fits 32 bits, so that no step leaves the integers. */
function multiplyHigh(a: number, b: number): number {
  const aLo = a & 0xffff
  const aHi = a >>> 16
  const bLo = b & 0xffff
  const bHi = b >>> 16
  const middle = (Math.imul(aHi, bLo) + (Math.imul(aLo, bLo) >>> 16)) >>> 0
  const low = (Math.imul(aLo, bHi) + (middle & 0xffff)) >>> 0
  return (Math.imul(aHi, bHi) + (middle >>> 16) + (low >>> 16)) >>> 0
}
