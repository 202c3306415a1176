import { declareDeepFm } from '../index'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

const optimiser = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const small = { fields: [1, 1, 2], numbers: 2, dimensions: 2, hidden: [4], embeddings: optimiser, weights: optimiser }
const labelled = { labels: [1, 0, 1], weights: [0.25, 0.5, 0.25] }

describe('declareDeepFm', () => {
  it.each([
    ['with numbers', small],
    ['without', { ...small, numbers: 0 }],
    ['with units dropped out', { ...small, dropout: 0.5 }],
  ])('gives gradients that equal the central differences of its loss: %s', (_, declaration) => {
    const model = declareDeepFm(declaration)
    expectTrueGradients(model, trainingFeeds(model, 3, labelled))
  })

  it('adds to the layers what a factorisation machine says: weights, and the product of each pair once', () => {
    const model = declareDeepFm(small)
    const rows = [0.1, -0.2, 0.5, 0.3, 0.4, -1, -0.6, 0.7, 0.25] // three fields of [embedding, weight]
    const feeds = trainingFeeds(model, 1, { rows, numbers: [2, 3], labels: [1], weights: [1] })
    const linear = model.parameters.find(({ name }) => name === 'linear')
    feeds.dense.data.fill(0) // silent layers
    feeds.dense.data.set([0.5, -0.25], linear?.offset)
    const pairs = 0.1 * 0.3 - 0.2 * 0.4 + (0.1 * -0.6 - 0.2 * 0.7) + (0.3 * -0.6 + 0.4 * 0.7)
    const z = 0.5 - 1 + 0.25 + (2 * 0.5 - 3 * 0.25) + pairs
    expect(scoresOf(model.score, feeds)[0]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6)
  })

  it('drops nothing out when it scores', () => {
    const model = declareDeepFm({ ...small, dropout: 0.5 })
    const feeds = trainingFeeds(model, 3, labelled)
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(declareDeepFm(small).score, feeds))
    expect(scoresOf(model.gradient, feeds)).not.toEqual(scoresOf(model.score, feeds))
  })
})
