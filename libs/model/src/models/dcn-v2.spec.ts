import { declareDcnV2 } from '../index'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

const optimiser = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const small = { fields: [1, 1], numbers: 1, dimensions: 2, crossLayers: 2, hidden: [4, 3], embeddings: optimiser, weights: optimiser }
const labelled = { labels: [1, 0, 1], weights: [0.25, 0.5, 0.25] }

describe('declareDcnV2', () => {
  it.each([
    ['parallel', small],
    ['stacked', { ...small, structure: 'stacked' as const }],
    ['of low rank', { ...small, rank: 2 }],
    ['without a deep part', { ...small, hidden: [] }],
    ['with units dropped out', { ...small, dropout: 0.3 }],
  ])('gives gradients that equal the central differences of its loss: %s', (_, declaration) => {
    const model = declareDcnV2(declaration)
    expectTrueGradients(model, trainingFeeds(model, 3, labelled))
  })

  it('crosses as the paper says: x₁ = x₀ ⊙ (W·x₀ + b) + x₀', () => {
    const model = declareDcnV2({ ...small, numbers: 0, fields: [1], crossLayers: 1, hidden: [], structure: 'stacked' })
    const values = { 'cross/0/weight': [1, 2, 3, 4], 'cross/0/bias': [0.1, 0.2], 'logit/weight': [1, -1], 'logit/bias': [0.5] }
    const feeds = trainingFeeds(model, 1, { rows: [0.3, 0.7, 0.05], labels: [1], weights: [1] })
    for (const { name, offset } of model.parameters)
      feeds.dense.data.set(Object.entries(values).find(([known]) => known === name)?.[1] ?? [], offset)
    // weights lie [in, out], so that W·x₀ of the paper is x₀·W here
    const crossed = [0.3 * (0.3 * 1 + 0.7 * 3 + 0.1) + 0.3, 0.7 * (0.3 * 2 + 0.7 * 4 + 0.2) + 0.7]
    const z = crossed[0] - crossed[1] + 0.5 + 0.05
    expect(scoresOf(model.score, feeds)[0]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6)
  })

  it('needs far fewer parameters where its matrices have low rank', () => {
    const wide = { ...small, fields: new Array<number>(10).fill(1), dimensions: 16, hidden: [] }
    const [full, low] = [declareDcnV2(wide), declareDcnV2({ ...wide, rank: 8 })]
    expect(full.parameterCount - low.parameterCount).toBe(2 * (161 * 161 - 2 * 8 * 161))
  })
})
