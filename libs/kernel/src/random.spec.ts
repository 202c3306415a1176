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
})
