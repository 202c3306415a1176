import { median, quantile } from './quantile'

describe('quantile', () => {
  it('lies between the neighbours by proportion', () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75)
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9)
  })

  it('is the least and the greatest at its ends, whatever the order', () => {
    expect([quantile([3, 9, 1], 0), quantile([3, 9, 1], 1)]).toEqual([1, 9])
  })

  it('sorts numbers as numbers', () => {
    expect(median([100, 20, 3])).toBe(20)
  })

  it('refuses to make up a figure of nothing', () => {
    expect(() => median([])).toThrow('a quantile is of something')
  })
})
