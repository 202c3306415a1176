import fc from 'fast-check'
import { HitRate } from './hit-rate'
import { Popularity } from './popularity'

describe('popularity', () => {
  it('places an item where a sort by likes, ties by first like, finds it among the candidates', () => {
    const likes = fc.array(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e'), { maxLength: 20 })
    fc.assert(
      fc.property(likes, fc.subarray<string>(['a', 'b', 'c', 'd', 'e']), (liked, candidates) => {
        const popularity = new Popularity()
        liked.forEach((item) => popularity.count(item))
        const countOf = (item: string): number => liked.filter((other) => other === item).length
        const ranked = [...new Set(liked)].sort((x, y) => countOf(y) - countOf(x))
        for (const item of ['a', 'b', 'c', 'd', 'e']) {
          const among = ranked.filter((other) => other === item || candidates.includes(other))
          expect(popularity.placeOf(item, (other) => candidates.includes(other))).toBe(among.indexOf(item))
          expect(popularity.of(item)).toBe(countOf(item))
        }
      }),
    )
  })
})

describe('the expectation of random lists', () => {
  it('is what the wanted item gets that stands at each place of the candidates as often', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 12 }), (candidates, limit) => {
        const [expected, counted] = [new HitRate(), new HitRate()]
        expected.countRandom(candidates, limit)
        for (let place = 0; place < candidates; place++) counted.count(place < limit ? place : -1)
        expect(expected.read().hitRate).toBeCloseTo(counted.read().hitRate, 12)
        expect(expected.read().ndcg).toBeCloseTo(counted.read().ndcg, 12)
      }),
    )
  })

  it('adds up with trials that were made', () => {
    const rate = new HitRate()
    rate.countRandom(20, 10)
    rate.count(-1)
    rate.count(0)
    expect(rate.read()).toMatchObject({ trials: 3, hitRate: 0.5 })
  })
})
