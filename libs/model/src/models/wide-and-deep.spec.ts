import { declareWideAndDeep } from '../index'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

const embeddings = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const weights = { kind: 'ftrl', alpha: 0.1, beta: 1, l1: 0.01, l2: 0 } as const
const small = { fields: [1, 1, 3], numbers: 2, dimensions: 3, hidden: [4, 3], embeddings, weights }
const labelled = { labels: [1, 0, 1, 0], weights: [0.25, 0.25, 0.25, 0.25] }

describe('declareWideAndDeep', () => {
  const model = declareWideAndDeep(small)
  const feeds = trainingFeeds(model, 4, labelled)

  it('gives gradients that equal the central differences of its loss', () => {
    expectTrueGradients(model, feeds)
  })

  it('scores in serving what it scores in training', () => {
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(model.gradient, feeds))
  })

  it('keeps the wide weight of an id beside its embedding, with an optimiser of its own', () => {
    expect(model.tables).toEqual([
      {
        name: 'ids',
        width: 4,
        segments: [
          { length: 3, scale: 0.05, optimiser: embeddings },
          { length: 1, scale: 0, optimiser: weights },
        ],
      },
    ])
    expect(model.lookups).toEqual([{ input: 'rows', gradient: 'rowGradients', table: 'ids', slots: 5, bags: [1, 1, 3] }])
  })

  it('carries the model of the step bench: 24 ids of 16 and a wide weight, 384-256-128-64-1', () => {
    const bench = declareWideAndDeep({ fields: new Array<number>(24).fill(1), dimensions: 16, hidden: [256, 128, 64], embeddings, weights })
    expect(bench.parameterCount).toBe(384 * 256 + 256 + 256 * 128 + 128 + 128 * 64 + 64 + 64 + 1)
    expect(bench.gradient.inputs.map(({ shape }) => shape)).toEqual([[bench.parameterCount], ['B', 24, 17], ['B', 1], ['B', 1]])
    expect(bench.lookups[0]).not.toHaveProperty('bags')
  })
})
