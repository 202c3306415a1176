import fc from 'fast-check'
import { EMPTY, expandRows, reduceRows } from './index'

describe('expandRows', () => {
  it('copies each occurrence its row, and zeros where there is no id', () => {
    const out = new Float32Array(8).fill(9)
    expandRows(Float32Array.of(1, 2, 3, 4), Uint32Array.of(1, EMPTY, 0, 1), out)
    expect([...out]).toEqual([3, 4, 0, 0, 1, 2, 3, 4])
  })

  it('does nothing for an empty batch', () => {
    expect(() => expandRows(new Float32Array(0), new Uint32Array(0), new Float32Array(0))).not.toThrow()
  })
})

describe('reduceRows', () => {
  it('adds up what belongs to one row and forgets what out held before', () => {
    const out = new Float32Array(4).fill(9)
    reduceRows(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint32Array.of(1, EMPTY, 0, 1), out)
    expect([...out]).toEqual([5, 6, 8, 10])
  })

  it('rounds after each addition, in order of occurrence', () => {
    const big = 2 ** 24 // from here on Float32 cannot add 1
    const out = new Float32Array(1)
    reduceRows(Float32Array.of(1, 1, big), Uint32Array.of(0, 0, 0), out)
    expect(out[0]).toBe(big + 2)
    reduceRows(Float32Array.of(big, 1, 1), Uint32Array.of(0, 0, 0), out)
    expect(out[0]).toBe(big)
  })

  it('is the transpose of expandRows: ⟨expand(v), g⟩ = ⟨v, reduce(g)⟩', () => {
    const small = fc.integer({ min: -8, max: 8 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1, 2, EMPTY), small, small), { minLength: 1 }),
        fc.array(small, { minLength: 6, maxLength: 6 }),
        (uses, v) => {
          const index = Uint32Array.from(uses.map(([at]) => at))
          const gradients = Float32Array.from(uses.flatMap(([, a, b]) => [a, b]))
          const values = Float32Array.from(v)
          const expanded = new Float32Array(gradients.length)
          const reduced = new Float32Array(values.length)
          expandRows(values, index, expanded)
          reduceRows(gradients, index, reduced)
          expect(inner(expanded, gradients)).toBe(inner(values, reduced))
        },
      ),
    )
  })
})

const inner = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0)
