import { HitRate } from './hit-rate'

describe('hit rate', () => {
  it('is the share of trials whose item stood in the list, and NDCG discounts by its place', () => {
    const rate = new HitRate()
    for (const place of [0, 1, -1, 9]) rate.count(place)
    expect(rate.read()).toEqual({ trials: 4, hitRate: 0.75, ndcg: (1 + 1 / Math.log2(3) + 1 / Math.log2(11)) / 4 })
  })

  it('expects of random lists what drawing many would give', () => {
    const rate = new HitRate()
    rate.countRandom(40, 10)
    const places = Array.from({ length: 10 }, (_, place) => 1 / Math.log2(place + 2))
    expect(rate.read().hitRate).toBe(0.25)
    expect(rate.read().ndcg).toBeCloseTo(places.reduce((sum, gain) => sum + gain, 0) / 40, 12)
  })

  it('always hits where there are fewer items than places', () => {
    const rate = new HitRate()
    rate.countRandom(3, 10)
    expect(rate.read().hitRate).toBe(1)
  })

  it('has nothing to say without trials', () => {
    expect(new HitRate().read()).toEqual({ trials: 0, hitRate: NaN, ndcg: NaN })
  })
})
