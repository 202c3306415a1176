import { arrange, logScore, type Scored } from './arrange'

const scored = (logScores: readonly number[]): Scored[] =>
  logScores.map((score, at) => ({ at, b: at, source: 'popular', clickProbability: 0.5, logLikelihood: 0, boost: 1, logScore: score }))
const places = (list: readonly Scored[]): number[] => list.map(({ at }) => at)

describe('the arrangement of a list', () => {
  it('puts the greatest score first, and of equal ones the item that was known first', () => {
    expect(places(arrange(scored([1, 3, 2, 3]), { limit: 3, pins: [] }))).toEqual([1, 3, 2])
  })

  it('puts pins in front, in their order, and counts them within the limit', () => {
    const list = scored([1, 3, 2, 4])
    expect(places(arrange(list, { limit: 3, pins: [0, 2] }))).toEqual([0, 2, 3])
    expect(places(arrange(list, { limit: 1, pins: [0, 2] }))).toEqual([0])
    expect(places(arrange(list, { limit: 2, pins: [9] }))).toEqual([3, 1]) // a pin that is no candidate
  })

  it('takes a category at most so often, as long as others are left', () => {
    const categoryOf = (at: number): string | undefined => ['a', 'a', 'a', 'b', undefined][at]
    const list = scored([9, 8, 7, 6, 5])
    expect(places(arrange(list, { limit: 3, pins: [], diversity: { most: 1, categoryOf } }))).toEqual([0, 3, 4])
    expect(places(arrange(list, { limit: 4, pins: [], diversity: { most: 2, categoryOf } }))).toEqual([0, 1, 3, 4])
    expect(places(arrange(list, { limit: 5, pins: [], diversity: { most: 1, categoryOf } }))).toEqual([0, 3, 4, 1, 2])
  })

  it('multiplies click probability, likelihood to its weight, and boost', () => {
    const item = { clickProbability: 0.2, logLikelihood: Math.log(0.01), boost: 3 }
    expect(Math.exp(logScore(item, 1))).toBeCloseTo(0.2 * 0.01 * 3, 12)
    expect(Math.exp(logScore(item, 0.5))).toBeCloseTo(0.2 * 0.1 * 3, 12)
    expect(Math.exp(logScore(item, 0))).toBeCloseTo(0.2 * 3, 12)
  })

  it('keeps an order among items of no click probability', () => {
    const never = { clickProbability: 0, boost: 1 }
    expect(logScore({ ...never, logLikelihood: -1 }, 1)).toBeGreaterThan(logScore({ ...never, logLikelihood: -2 }, 1))
  })
})
