import { ItemFrequency } from './item-frequency'

describe('item frequency', () => {
  it('says the logarithm of how often an item stood in a column, one count added to each', () => {
    const frequency = new ItemFrequency()
    for (const item of [1, 1, 1, 2]) frequency.count(item, 0)
    expect(frequency.logProbability(1, 0)).toBeCloseTo(Math.log(4 / 7), 12)
    expect(frequency.logProbability(2, 0)).toBeCloseTo(Math.log(2 / 7), 12)
    expect(frequency.logProbability(3, 0)).toBeCloseTo(Math.log(1 / 7), 12)
  })

  it('tells items apart by both words of their id', () => {
    const frequency = new ItemFrequency()
    frequency.count(5, 1)
    expect(frequency.logProbability(5, 2)).toBeLessThan(frequency.logProbability(5, 1))
  })

  it('serialises equal histories to equal bytes, and restores them', () => {
    const [one, other] = [new ItemFrequency(), new ItemFrequency()]
    for (const item of [9, 3, 9]) one.count(item, 0)
    for (const item of [3, 9, 9]) other.count(item, 0)
    expect(one.serialise()).toEqual(other.serialise())
    expect(ItemFrequency.restore(one.serialise()).logProbability(9, 0)).toBe(other.logProbability(9, 0))
  })
})
