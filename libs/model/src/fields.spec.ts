import { input, interpret, orderGraph, type Node } from '@freshet/tensor'
import { inputsOf, poolFields, weighSlots } from './fields'

const field = (start: number, length: number) => ({ name: `f${start}`, start, length })
const values = input('values', ['B', 5, 2])
const weights = input('weights', ['B', 5, 1])
const pooling = input('pooling', ['B', 5])
const inputs = [values, weights, pooling]
const feeds = {
  values: { data: [1, 2, 3, 4, 5, 6, 0, 0, 7, 8], shape: [1, 5, 2] },
  weights: { data: [10, 20, 30, 0, 50], shape: [1, 5, 1] },
  pooling: { data: [1, 0.5, 0.5, 0, 1], shape: [1, 5] },
}
const mixed = { fields: [field(0, 1), field(1, 3), field(4, 1)], numbers: 2 }
const single = { fields: [0, 1, 2, 3, 4].map((start) => field(start, 1)), numbers: 2 }

const spec = (value: Node) => ({ name: 'fields', inputs, outputs: { value } })
const valueOf = (node: Node): number[] => [...interpret(spec(node), feeds).value.data]
const operations = (node: Node): string[] => orderGraph(spec(node)).map(({ op }) => op)

describe('poolFields', () => {
  it('gives the mean embedding of each field', () => {
    expect(valueOf(poolFields({ values, pooling }, mixed))).toEqual([1, 2, 4, 5, 7, 8])
    expect(poolFields({ values, pooling }, mixed).shape).toEqual(['B', 3, 2])
  })

  it('takes fields of one slot as they stand: nothing is pooled, nothing is cut', () => {
    expect(poolFields({ values, pooling }, single)).toBe(values)
  })

  it('cuts neighbours of one slot out together', () => {
    const node = poolFields({ values, pooling }, { fields: [field(0, 1), field(1, 1), field(2, 1), field(3, 2)] })
    expect(valueOf(node)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(operations(node).filter((op) => op === 'slice')).toHaveLength(3) // the run, the field, its pooling
  })

  it('leaves slots of no field as they are: there are none', () => {
    const none = input('none', ['B', 0, 2])
    expect(poolFields({ values: none, pooling }, { fields: [] })).toBe(none)
  })
})

describe('weighSlots', () => {
  it('gives slots that add up to the mean of each field', () => {
    expect(valueOf(weighSlots({ values: weights, pooling }, mixed))).toEqual([10, 10, 15, 0, 50])
  })

  it('takes slots as they are where every field has one', () => {
    const node = weighSlots({ values: weights, pooling }, single)
    expect(valueOf(node)).toEqual([10, 20, 30, 0, 50])
    expect(operations(node)).not.toContain('multiply')
  })
})

describe('inputsOf', () => {
  it('names each field, as wide as an embedding, then each number', () => {
    expect(inputsOf({ fields: [{ name: 'user.id' }], numberNames: ['user.age'] }, 4)).toEqual([
      { name: 'user.id', rows: 4 },
      { name: '#user.age', rows: 1 },
    ])
  })
})
