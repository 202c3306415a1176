import { randomUnit } from '@freshet/kernel'
import { dropout, DROPOUT_SEEDS, input, interpret, type Node } from './index'

const EXAMPLES = 4000
const x = input('x', ['B', 4, 3])
const seeds = input('seeds', ['B', DROPOUT_SEEDS])

const drawn = Float64Array.from({ length: EXAMPLES * DROPOUT_SEEDS }, (_, i) => randomUnit(5, i, 0))
const ones = { data: new Float64Array(EXAMPLES * 12).fill(1), shape: [EXAMPLES, 4, 3] }

const valuesOf = (value: Node, from = 0, count = EXAMPLES): Float64Array =>
  interpret(
    { name: 'dropped', inputs: [x, seeds], outputs: { value } },
    {
      x: { data: ones.data.slice(0, count * 12), shape: [count, 4, 3] },
      seeds: { data: drawn.slice(from * DROPOUT_SEEDS, (from + count) * DROPOUT_SEEDS), shape: [count, DROPOUT_SEEDS] },
    },
  ).value.data

describe('dropout', () => {
  const values = valuesOf(dropout(x, { seeds, rate: 0.2, name: 'a' }))

  it('makes a share of cells 0, and the others larger by as much', () => {
    expect(new Set(values)).toEqual(new Set([0, 1.25]))
    for (let cell = 0; cell < 12; cell++) expect(Math.abs(shareOfZeros(values, cell) - 0.2)).toBeLessThan(0.03) // 4.7 standard deviations
  })

  it('drops cells independently of each other, two by two', () => {
    for (let a = 0; a < 12; a++) {
      for (let b = 0; b < a; b++) {
        const both = Array.from({ length: EXAMPLES }, (_, i) => values[i * 12 + a] === 0 && values[i * 12 + b] === 0)
        expect(Math.abs(both.filter(Boolean).length / EXAMPLES - 0.04)).toBeLessThan(0.015)
      }
    }
  })

  it('drops for an example the same cells whatever stands around it', () => {
    const alone = valuesOf(dropout(x, { seeds, rate: 0.2, name: 'a' }), 17, 2)
    expect([...alone]).toEqual([...values.slice(17 * 12, 19 * 12)])
  })

  it('drops other cells under another name, and other shares of them', () => {
    const other = valuesOf(dropout(x, { seeds, rate: 0.2, name: 'b' }))
    const shared = values.filter((value, i) => value === 0 && other[i] === 0).length / values.length
    expect(Math.abs(shared - 0.04)).toBeLessThan(0.01)
  })

  it('leaves everything at rate 0, and refuses a rate that leaves nothing', () => {
    expect(dropout(x, { seeds, rate: 0, name: 'a' })).toBe(x)
    expect(() => dropout(x, { seeds, rate: 1, name: 'a' })).toThrow('dropout a: expected 0 ≤ rate < 1, got 1')
  })
})

const shareOfZeros = (values: Float64Array, cell: number): number =>
  Array.from({ length: EXAMPLES }, (_, i) => values[i * 12 + cell]).filter((value) => value === 0).length / EXAMPLES
