import { batchesOf, drawRows, KINDS, SHAPE, twoTower } from './work'

describe('the work of a billion', () => {
  it('has the shape that its figures are named after', () => {
    const { lookups, parameterCount, tables } = twoTower()
    expect(lookups.reduce((sum, { slots }) => sum + slots, 0)).toBe(SHAPE.slots)
    expect(tables.map(({ width }) => width)).toEqual([64])
    expect(parameterCount).toBe(384 * 256 + 256 + 256 * 64 + 64 + (256 * 128 + 128 + 128 * 64 + 64))
  })

  it.each(KINDS)('draws %s ids within the table, the same each time', (kind) => {
    const drawn = drawRows(kind, 1000, 1)
    expect(Math.max(...drawn)).toBeLessThan(1000)
    expect(drawn).toEqual(drawRows(kind, 1000, 1))
    expect(drawn).not.toEqual(drawRows(kind, 1000, 2))
  })

  it('draws log-uniform ids as often below a tenth root as any other share of the logarithm', () => {
    const drawn = drawRows('log-uniform', 1_000_000, 0)
    const below = drawn.filter((row) => row < 1000).length / drawn.length
    expect(below).toBeGreaterThan(0.48)
    expect(below).toBeLessThan(0.52)
  })

  it('gives users and items the slots that the peer gives them', () => {
    const [{ ids }] = batchesOf('uniform', 5000, 1)
    expect(ids.userRows).toHaveLength(2 * SHAPE.batch * 24)
    expect(ids.itemRows).toHaveLength(2 * SHAPE.batch * 4)
  })
})
