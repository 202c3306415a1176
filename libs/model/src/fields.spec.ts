import { input, interpret, orderGraph, type Node } from '@freshet/tensor'
import { embed, embeddedWidth, sumFields } from './fields'

const field = (start: number, length: number) => ({ name: `f${start}`, start, length })
const values = input('values', ['B', 5, 2])
const weights = input('weights', ['B', 5, 1])
const pooling = input('pooling', ['B', 5])
const numbers = input('numbers', ['B', 2])
const inputs = [values, weights, pooling, numbers]
const feeds = {
  values: { data: [1, 2, 3, 4, 5, 6, 0, 0, 7, 8], shape: [1, 5, 2] },
  weights: { data: [10, 20, 30, 0, 50], shape: [1, 5, 1] },
  pooling: { data: [1, 0.5, 0.5, 0, 1], shape: [1, 5] },
  numbers: { data: [-1, -2], shape: [1, 2] },
}
const mixed = { fields: [field(0, 1), field(1, 3), field(4, 1)], numbers: 2 }
const single = { fields: [0, 1, 2, 3, 4].map((start) => field(start, 1)), numbers: 2 }

const spec = (value: Node) => ({ name: 'fields', inputs, outputs: { value } })
const valueOf = (node: Node): number[] => [...interpret(spec(node), feeds).value.data]
const operations = (node: Node): string[] => orderGraph(spec(node)).map(({ op }) => op)

describe('embed', () => {
  it('puts the mean embedding of each field side by side, then the numbers', () => {
    expect(valueOf(embed({ values, pooling }, numbers, mixed))).toEqual([1, 2, 4, 5, 7, 8, -1, -2])
    expect(embeddedWidth(mixed, 2)).toBe(8)
  })

  it('takes fields of one slot as they stand: nothing is pooled, nothing is cut', () => {
    const node = embed({ values, pooling }, numbers, single)
    expect(valueOf(node)).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, -1, -2])
    expect(operations(node).filter((op) => op !== 'input')).toEqual(['reshape', 'concat'])
  })

  it('cuts neighbours of one slot out together', () => {
    const node = embed({ values, pooling }, numbers, { fields: [field(0, 1), field(1, 1), field(2, 1), field(3, 2)] })
    expect(valueOf(node)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, -1, -2])
    expect(operations(node).filter((op) => op === 'slice')).toHaveLength(3) // the run, the field, its pooling
  })

  it('leaves numbers out where there are none', () => {
    expect(valueOf(embed({ values, pooling }, input('none', ['B', 0]), single))).toHaveLength(10)
  })

  it('is the numbers alone where there are no fields', () => {
    expect(embed({ values, pooling }, numbers, { fields: [] })).toBe(numbers)
  })
})

describe('sumFields', () => {
  it('adds up the mean of each field', () => {
    expect(valueOf(sumFields({ values: weights, pooling }, mixed))).toEqual([10 + (20 + 30) / 2 + 50])
  })

  it('just adds up where every field has one slot', () => {
    const node = sumFields({ values: weights, pooling }, single)
    expect(valueOf(node)).toEqual([110])
    expect(operations(node)).not.toContain('multiply')
  })
})
