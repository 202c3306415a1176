import { interpret } from '@freshet/tensor'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'
import { declareAutoencoder } from './autoencoder'

const vectors = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const model = declareAutoencoder({ items: 3, width: 2, activation: 'tanh', vectors })
const linear = declareAutoencoder({ items: 3, width: 2, activation: 'linear', vectors })
const targets = [0.5, 0, 0.25, 0, 0.1, 0.1]
const histories = [1, 0, 0, 0, 0.7, 0.7]
const dense = [0.3, -0.2]
const itemRows = [[0.4, -0.6, 0.1], [0.2, 0.5, 0], [-0.3, 0.1, -0.2]].flat() // prettier-ignore

describe('declareAutoencoder', () => {
  it('gives gradients that equal the central differences of its loss', () => {
    expectTrueGradients(model, trainingFeeds(model, 2, { targets, decay: [0.2, 0.3] }))
    expectTrueGradients(linear, trainingFeeds(linear, 2, { targets, decay: [0, 0] }))
  })

  it('scores in serving what it scores in training', () => {
    const feeds = trainingFeeds(model, 2, { targets, histories })
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(model.gradient, feeds))
    expect(scoresOf(model.score, feeds)).toHaveLength(6)
  })

  it('scores items by the product with what their own vectors say of a history', () => {
    const feeds = trainingFeeds(linear, 2, { targets, histories, dense, itemRows })
    const [first] = scoresOf(linear.score, feeds)
    expect(first).toBeCloseTo((0.4 + 0.3) * 0.4 + (-0.6 - 0.2) * -0.6 + 0.1, 6)
  })

  it('loses what items weigh, as much as examples say together', () => {
    const lossOf = (decay: number[]): number =>
      interpret(model.gradient, trainingFeeds(model, 2, { targets, histories, dense, itemRows, decay })).loss.data[0]
    const weight = 0.16 + 0.36 + 0.04 + 0.25 + 0.09 + 0.01 // biases weigh nothing
    expect(lossOf([0.25, 0.5]) - lossOf([0, 0])).toBeCloseTo(0.75 * weight, 6)
  })

  it('loses minus the log likelihood of its targets under a softmax over all items', () => {
    const feeds = trainingFeeds(model, 2, { targets, histories, decay: [0, 0] })
    const scores = scoresOf(model.gradient, feeds)
    const expected = targets.reduce((sum, target, cell) => {
      const row = scores.slice(3 * Math.floor(cell / 3), 3 * Math.floor(cell / 3) + 3)
      return sum - target * Math.log(Math.exp(scores[cell]) / row.reduce((total, score) => total + Math.exp(score), 0))
    }, 0)
    expect(interpret(model.gradient, feeds).loss.data[0]).toBeCloseTo(expected, 6)
  })

  it('has as dense parameters no more than what every history begins with', () => {
    expect(model.parameters.map(({ name, shape }) => [name, shape])).toEqual([['center', [2]]])
    expect(model.lookups).toMatchObject([{ table: 'items', slots: 3, isShared: true }])
  })
})
