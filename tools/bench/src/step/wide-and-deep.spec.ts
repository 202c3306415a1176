import { stepBatch, wideAndDeep } from './wide-and-deep'
import { makeBatches, SHAPE } from './work'

describe('the Wide & Deep of the bench', () => {
  it('has the shape that its figures are named after', () => {
    const { tables, lookups, parameterCount } = wideAndDeep()
    expect(tables.map(({ width }) => width)).toEqual([SHAPE.dimensions + 1])
    expect(lookups.map(({ slots }) => slots)).toEqual([SHAPE.slots])
    const deep = 384 * 256 + 256 + 256 * 128 + 128 + 128 * 64 + 64 + 64 + 1
    expect(parameterCount).toBe(deep)
  })

  it('weighs each example by its share of the batch', () => {
    const [raw] = makeBatches({ rows: 100, batches: 1 })
    const { count, ids, columns } = stepBatch(raw)
    expect([count, ids.rows.length]).toEqual([1024, 2 * 1024 * 24])
    expect(columns.weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1)
  })
})
