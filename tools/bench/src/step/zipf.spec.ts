import { zipf } from './zipf'

const options = { range: 1000, exponent: 0.93, seed: 7 }

describe('zipf', () => {
  it('stays in its range and is the same each time', () => {
    const drawn = zipf(20_000, options)
    expect(Math.max(...drawn)).toBeLessThan(1000)
    expect(drawn).toEqual(zipf(20_000, options))
    expect(drawn).not.toEqual(zipf(20_000, { ...options, seed: 8 }))
  })

  it('draws a value about as often as its rank says', () => {
    const times = new Array<number>(1000).fill(0)
    for (const x of zipf(200_000, options)) times[x]++
    const expected = (10 / 100) ** -0.93 // rank 10 beside rank 100, on average over their neighbours
    const around = (from: number): number => times.slice(from, from + 5).reduce((sum, n) => sum + n, 0)
    expect(around(7) / around(97)).toBeGreaterThan(0.75 * expected)
    expect(around(7) / around(97)).toBeLessThan(1.35 * expected)
  })

  it('gives nearly as many distinct ids as the measured batch of 24,576 from 10 M rows', () => {
    const distinct = new Set(zipf(24_576, { range: 10_000_000, exponent: 0.93, seed: 1 })).size
    expect(distinct).toBeGreaterThan(16_500)
    expect(distinct).toBeLessThan(18_000)
  })
})
