import { input, interpret, type Node } from '@freshet/tensor'
import { initialValues, layOutParameters, ParameterNodes } from '../parameters'
import { climb, climbOn, hiddenLayers, layerOf, linearLayer, towerParameters, type Tower } from './tower'

const tower: Tower = { name: 'deep', path: 'rank/', inputWidth: 6, layers: [...hiddenLayers([24]), linearLayer(2)] }
const { parameters, parameterCount } = layOutParameters(towerParameters(tower))

describe('the parameters of a tower', () => {
  it('are a weight and a bias a layer, under path, name and number', () => {
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['rank/deep/0/weight', [6, 24]],
      ['rank/deep/0/bias', [24]],
      ['rank/deep/1/weight', [24, 2]],
      ['rank/deep/1/bias', [2]],
    ])
  })

  it('fill the range of He before a relu, that of Glorot before tanh and none, and leave biases at 0', () => {
    const wide: Tower = {
      name: 'wide',
      inputWidth: 20,
      layers: [...hiddenLayers([40]), { width: 40, activation: 'tanh' }, linearLayer(40)],
    }
    const laid = layOutParameters(towerParameters(wide)).parameters
    const values = initialValues(laid, 1)
    const reach = laid.map(({ offset, shape }) => largest(values.subarray(offset, offset + shape.reduce((a, b) => a * b))))
    expect(reach.map((most) => most === 0)).toEqual([false, true, false, true, false, true])
    const ranges = [Math.sqrt(6 / 20), Math.sqrt(6 / 80), Math.sqrt(6 / 80)]
    ranges.forEach((range, layer) => {
      expect(reach[2 * layer]).toBeLessThanOrEqual(range)
      expect(reach[2 * layer]).toBeGreaterThan(0.9 * range)
    })
  })

  it('say what the first layer reads, and no other', () => {
    const named = towerParameters({ ...tower, inputs: [{ name: 'user.id', rows: 6 }] })
    expect(named.map(({ inputs }) => inputs?.length ?? 0)).toEqual([1, 0, 0, 0])
  })
})

describe('a tower', () => {
  const small: Tower = {
    ...{ name: 't', inputWidth: 1 },
    layers: [{ width: 1, activation: 'tanh' }, ...hiddenLayers([1]), linearLayer(1)],
  }
  const laid = layOutParameters(towerParameters(small))
  const flat = input('dense', [laid.parameterCount])
  const nodes = new ParameterNodes(flat, laid.parameters)
  const x = input('x', ['B', 1])
  const values = [2, 0.5, -1, 0.25, 3, 0.125] // weight and bias, layer by layer
  const climbed = (node: Node, of: readonly number[]): number[] => {
    const feeds = { dense: { data: values, shape: [6] }, x: { data: of, shape: [of.length, 1] } }
    return [...interpret({ name: 't', inputs: [flat, x], outputs: { y: node } }, feeds).y.data]
  }
  const expected = (v: number): number => 3 * Math.max(0, 0.25 - Math.tanh(2 * v + 0.5)) + 0.125

  it('maps affinely and activates, layer by layer, each as it is declared', () => {
    const heights = [-1, 0.3, -0.2]
    climbed(climb(x, small, { parameters: nodes }), heights).forEach((y, i) => expect(y).toBeCloseTo(expected(heights[i]), 6))
  })

  it('goes on from what its first layer adds up', () => {
    climbed(climbOn(x, small, { parameters: nodes }), [2 * 0.3 + 0.5]).forEach((y) => expect(y).toBeCloseTo(expected(0.3), 6))
  })

  it('drops out behind what is activated, under its own name and number, and nowhere else', () => {
    const dropped: string[] = []
    climb(x, { ...small, path: 'p/' }, { parameters: prefixed('p/'), drop: (a, name) => (dropped.push(name), a) })
    expect(dropped).toEqual(['t/0', 't/1'])
  })

  it('is what it reads where it has no layers', () => {
    expect(climb(x, { ...small, layers: [] }, { parameters: nodes })).toBe(x)
  })

  it('names the layer that does not fit, what it expects and what it got', () => {
    const wrong = input('x', ['B', 5])
    const all = new ParameterNodes(input('dense', [parameterCount]), parameters)
    expect(() => climb(wrong, tower, { parameters: all })).toThrow('layer rank/deep/0: expected [.., 6], got [B, 5]')
    const narrow = layOutParameters(towerParameters({ ...tower, layers: [...hiddenLayers([23]), linearLayer(2)] }))
    const mixed = narrow.parameters.map((parameter, i) => (i < 2 ? parameter : { ...parameters[i], offset: 0 }))
    const nodesOfBoth = new ParameterNodes(input('dense', [parameterCount]), mixed)
    expect(() => climb(input('x', ['B', 6]), tower, { parameters: nodesOfBoth })).toThrow(
      'layer rank/deep/1: expected [.., 24], got [B, 23]',
    )
  })

  function prefixed(path: string): ParameterNodes {
    const moved = layOutParameters(towerParameters({ ...small, path }))
    return new ParameterNodes(flat, moved.parameters)
  }

  it('gives the weight and the bias of a layer', () => {
    const { weight, bias } = layerOf(small, 2, nodes)
    expect([climbed(weight, [0])[0], climbed(bias, [0])[0]]).toEqual([3, 0.125])
  })
})

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
