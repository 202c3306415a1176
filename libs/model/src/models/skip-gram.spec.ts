import { interpret } from '@freshet/tensor'
import { declareSkipGram } from '../index'
import { expectTrueGradients, feedsOf, trainingFeeds } from '../trainable.fixture'

const optimiser = { kind: 'sgd', learningRate: 0.025 } as const

describe('declareSkipGram', () => {
  const model = declareSkipGram({ dimensions: 3, negatives: 2, optimiser })

  it('gives gradients that equal the central differences of its loss', () => {
    expectTrueGradients(model, trainingFeeds(model, 3, {}))
  })

  it('loses −ln σ(v·u) − Σ ln σ(−v·uⱼ)', () => {
    const given = { center: [1, 0, 2], context: [0.5, 1, 0.25], negatives: [1, 1, 1, -1, 0, 0.5], weights: [2] }
    const { loss, scores } = interpret(model.gradient, feedsOf(model.gradient, 1, given))
    expect(scores.data[0]).toBe(1)
    expect(loss.data[0]).toBeCloseTo(2 * (Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(3)) + Math.log(2)), 12)
  })

  it('is 128 wide by default, without one dense parameter', () => {
    const wide = declareSkipGram({ negatives: 5, optimiser })
    expect(wide.tables.map(({ width }) => width)).toEqual([128, 128])
    expect(wide.parameterCount).toBe(0)
    expect(wide.gradient.inputs.map(({ shape }) => shape)).toEqual([
      ['B', 1, 128],
      ['B', 1, 128],
      ['B', 5, 128],
      ['B', 1],
    ])
    expect(wide.gradient.outputs).not.toHaveProperty('denseGradient')
  })
})
