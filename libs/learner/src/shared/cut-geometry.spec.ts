import { mixedModel } from '../mixed-model.fixture'
import { layOutCut } from './cut-geometry'

const model = mixedModel()

describe('the geometry of a cut', () => {
  it('gives lookups of a table places one after the other, and shared ones a copy for each shard', () => {
    const { lookups, tables, shards } = layOutCut(model, 10, 4)
    expect(lookups.map(({ firstOccurrence, firstBag }) => [firstOccurrence, firstBag])).toEqual([
      [0, 0],
      [20, 20],
      [0, 0],
    ])
    expect(tables.map(({ occurrences, bags }) => [occurrences, bags])).toEqual([
      [70, 40],
      [16, 16],
    ])
    expect(shards.map(({ from, to }) => to - from)).toEqual([2, 3, 2, 3])
  })

  it('numbers the bags of occurrences, and leaves that out where every slot stands alone', () => {
    const [users, items] = layOutCut(model, 2, 1).tables
    expect(items.bagOf).toBeUndefined()
    expect([...(users.bagOf ?? [])]).toEqual([0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7])
  })

  it('keeps the gradients of tables apart', () => {
    const { tables, gradientFloats } = layOutCut(model, 10, 4)
    expect(tables.map(({ gradientStart }) => gradientStart)).toEqual([0, 40 * 6])
    expect(gradientFloats).toBe(40 * 6 + 16 * 3)
  })

  it('leaves out shards without an example', () => {
    expect(layOutCut(model, 2, 4).shards.map(({ shard }) => shard)).toEqual([1, 3])
  })
})
