import { interpret } from '@freshet/tensor'
import { declareCatalogueTower } from './catalogue-tower'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

const embeddings = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const model = declareCatalogueTower({
  user: {
    fields: [1, 3],
    layers: [
      { width: 4, activation: 'tanh' },
      { width: 3, activation: 'linear' },
    ],
  },
  ...{ items: 3, dimensions: 2, embeddings, vectors: embeddings },
})
const targets = [0.5, 0, 0.25, 0, 0.1, 0.1]

describe('declareCatalogueTower', () => {
  it('gives gradients that equal the central differences of its loss', () => {
    expectTrueGradients(model, trainingFeeds(model, 2, { targets }))
  })

  it('scores in serving what it scores in training', () => {
    const feeds = trainingFeeds(model, 2, { targets })
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(model.gradient, feeds))
    expect(scoresOf(model.score, feeds)).toHaveLength(6)
  })

  it('loses minus the log likelihood of its targets under a softmax over all items', () => {
    const feeds = trainingFeeds(model, 2, { targets })
    const scores = scoresOf(model.gradient, feeds)
    const expected = targets.reduce((sum, target, cell) => {
      const row = scores.slice(3 * Math.floor(cell / 3), 3 * Math.floor(cell / 3) + 3)
      return sum - target * Math.log(Math.exp(scores[cell]) / row.reduce((total, score) => total + Math.exp(score), 0))
    }, 0)
    expect(interpret(model.gradient, feeds).loss.data[0]).toBeCloseTo(expected, 7)
  })

  it('reads items as rows that all examples share, with a bias beside each vector', () => {
    expect(model.lookups[1]).toMatchObject({ table: 'items', slots: 3, isShared: true })
    expect(model.tables[1].segments.map(({ length }) => length)).toEqual([3, 1])
  })
})
