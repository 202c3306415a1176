import { input, interpret } from '@freshet/tensor'
import { glorot, initialValues, layOutParameters, ParameterNodes, type DeclaredParameter } from './parameters'

const declared: readonly DeclaredParameter[] = [
  ...[glorot('deep/0/weight', [6, 24]), { name: 'deep/0/bias', shape: [24], range: 0 }],
  ...[glorot('deep/1/weight', [24, 2]), { name: 'deep/1/bias', shape: [2], range: 0 }],
]
const { parameters, parameterCount } = layOutParameters(declared)

describe('layOutParameters', () => {
  it('gives each parameter its place, one after the other', () => {
    expect(parameters.map(({ name, offset }) => [name, offset])).toEqual([
      ['deep/0/weight', 0],
      ['deep/0/bias', 144],
      ['deep/1/weight', 168],
      ['deep/1/bias', 216],
    ])
    expect(parameterCount).toBe(218)
  })
})

describe('initialValues', () => {
  const values = initialValues(parameters, 1)

  it('are a function of the seed', () => {
    expect(initialValues(parameters, 1)).toEqual(values)
    expect(initialValues(parameters, 2)).not.toEqual(values)
  })

  it('are a function of the name and the element, not of the place', () => {
    const moved = layOutParameters([{ name: 'before', shape: [3], range: 1 }, ...declared])
    expect(initialValues(moved.parameters, 1).subarray(3)).toEqual(values)
  })

  it('fill the range that is declared, here that of Glorot, and leave what has none at 0', () => {
    const [hidden, last] = [values.subarray(0, 144), values.subarray(168, 216)]
    expect(largest(hidden)).toBeLessThanOrEqual(Math.sqrt(6 / 30))
    expect(largest(hidden)).toBeGreaterThan(0.9 * Math.sqrt(6 / 30))
    expect(largest(last)).toBeLessThanOrEqual(Math.sqrt(6 / 26))
    expect(largest(last)).toBeGreaterThan(0.9 * Math.sqrt(6 / 26))
    expect(Math.abs(hidden.reduce((sum, value) => sum + value, 0) / 144)).toBeLessThan(0.1)
    expect([...values.subarray(144, 168), ...values.subarray(216)].every((value) => value === 0)).toBe(true)
  })
})

describe('ParameterNodes', () => {
  const flat = input('dense', [parameterCount])
  const nodes = new ParameterNodes(flat, parameters)

  it('cuts each parameter out of the flat state', () => {
    const feeds = { dense: { data: Float32Array.from({ length: parameterCount }, (_, i) => i), shape: [parameterCount] } }
    const { bias } = interpret({ name: 'cut', inputs: [flat], outputs: { bias: nodes.get('deep/1/bias') } }, feeds)
    expect([...bias.data]).toEqual([216, 217])
    expect(nodes.get('deep/1/weight').shape).toEqual([24, 2])
  })

  it('cuts each out once, however often it is asked for', () => {
    expect(nodes.get('deep/0/weight')).toBe(nodes.get('deep/0/weight'))
  })

  it('refuses a name that was not declared, listing those that were', () => {
    expect(() => nodes.get('wide')).toThrow("parameter 'wide' does not exist; declared are deep/0/weight, deep/0/bias")
  })
})

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
