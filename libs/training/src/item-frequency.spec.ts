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

  it('serialises equal histories to equal bytes, in the order of first occurrence, and restores them', () => {
    const [one, other] = [new ItemFrequency(), new ItemFrequency()]
    for (const frequency of [one, other]) for (let i = 0; i < 2000; i++) frequency.count(i % 700, 0) // beyond what it begins with
    expect(one.serialise()).toEqual(other.serialise())
    expect([...one.serialise().counts.subarray(598, 602)]).toEqual([3, 3, 2, 2])
    const restored = ItemFrequency.restore(one.serialise())
    for (const frequency of [one, restored]) for (const item of [9, 7000]) frequency.count(item, 0)
    expect(restored.serialise()).toEqual(one.serialise())
    expect(restored.logProbability(9, 0)).toBe(one.logProbability(9, 0))
  })

  it('gives what it serialised as it was, while it counts on', () => {
    const frequency = new ItemFrequency()
    frequency.count(1, 0)
    const { keys, counts } = frequency.serialise()
    for (let i = 0; i < 1000; i++) frequency.count(i, 0)
    expect([keys.length, ...counts]).toEqual([1, 1])
  })
})
