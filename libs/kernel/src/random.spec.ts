import fc from 'fast-check'
import { randomBelow, randomUnit, randomWord, shuffled } from './random'

describe('a counter-based generator', () => {
  // Key 0 and counter 0, all ones, and digits of pi: the published vectors of Philox 2×32 with ten rounds.
  it.each([
    [0, 0, 0, 0xff1dae59],
    [0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b],
    [0x13198a2e, 0x243f6a88, 0x85a308d3, 0xdd7ce038],
  ])('gives the published word for key %d and counter %d, %d', (key, lo, hi, word) => {
    expect(randomWord(key, lo, hi)).toBe(word)
  })

  it('is Philox 2×32 for any key and counter, also where products have more bits than a double', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (key, lo, hi) => {
        expect(randomWord(key, lo, hi)).toBe(philox(key, lo, hi))
      }),
    )
  })

  it('takes a key and a counter of either sign for the 32 bits that they have', () => {
    expect(randomWord(-1, -1, -1)).toBe(randomWord(0xffffffff, 0xffffffff, 0xffffffff))
  })

  it('draws nothing but 0 from one number, and never n', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.integer({ min: 1, max: 2 ** 32 }), (key, counter, n) => {
        expect(randomBelow(1, key, counter, 0)).toBe(0)
        expect(randomBelow(n, key, counter, 0)).toBe(Number((BigInt(n) * BigInt(randomWord(key, counter, 0))) >> 32n))
      }),
    )
  })

  it('draws from [0, 1) and from [0, n), each number about as often', () => {
    const counts = [0, 0, 0, 0, 0]
    for (let i = 0; i < 5000; i++) {
      expect(randomUnit(7, i, 0)).toBeLessThan(1)
      counts[randomBelow(5, 7, i, 0)]++
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it('shuffles a copy: the same seed and round the same way, another round another way', () => {
    const list = Array.from({ length: 20 }, (_, i) => i)
    const order = shuffled(list, 3, 0)
    expect(shuffled(list, 3, 0)).toEqual(order)
    expect(shuffled(list, 3, 1)).not.toEqual(order)
    expect([...order].sort((a, b) => a - b)).toEqual(list)
    expect(list[0]).toBe(0)
  })

  it('has the orders that it had on the day when it was written', () => {
    expect(shuffled([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 1)).toEqual([5, 7, 0, 9, 3, 1, 2, 8, 6, 4])
    expect([shuffled([], 3, 1), shuffled(['a'], 3, 1)]).toEqual([[], ['a']])
  })

  it('brings each of three to each place about as often', () => {
    const orders = new Map<string, number>()
    for (let round = 0; round < 6000; round++) {
      const order = shuffled(['a', 'b', 'c'], 5, round).join('')
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    expect(orders.size).toBe(6)
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150) // five standard deviations
  })
})

/** Ten rounds of Philox 2×32 in whole numbers without bound. */
function philox(key: number, counterLo: number, counterHi: number): number {
  const word = (x: bigint): bigint => BigInt.asUintN(32, x)
  let [l, r, k] = [counterLo, counterHi, key].map(BigInt)
  for (let round = 0; round < 10; round++) {
    const product = 0xd256d193n * l
    ;[l, r] = [(product >> 32n) ^ k ^ r, word(product)]
    k = word(k + 0x9e3779b9n)
  }
  return Number(l)
}
