import { interpret } from '@freshet/tensor'
import { declareTwoTower } from '../index'
import { expectTrueGradients, feedsOf, scoresOf, trainingFeeds } from '../trainable.fixture'

const embeddings = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const small = {
  user: {
    fields: [1, 2],
    layers: [
      { width: 4, activation: 'tanh' },
      { width: 3, activation: 'linear' },
    ],
  },
  item: { fields: [1], layers: [{ width: 3, activation: 'linear' }] },
  dimensions: 2,
  embeddings,
} as const
/** No layers: embeddings meet as they are. */
const factors = { ...small, user: { fields: [1], layers: [] }, item: { fields: [1], layers: [] } } as const
const given = { logQ: [-1, -2, -0.5, -1], itemKey: [7, 8, 9, 7], weights: [0.25, 0.25, 0.25, 0.25] }

describe('declareTwoTower', () => {
  it.each([
    ['as it is', small],
    ['normalised, with a temperature', { ...small, normalise: true, temperature: 0.5 }],
    ['with biases', { ...small, biases: embeddings }],
    ['with units dropped out', { ...small, dropout: 0.25 }],
    ['compared with two sampled items', { ...small, loss: 'pairwise' as const, negatives: 2, item: { ...small.item, fields: [1, 2] } }],
    ['compared, with biases, as matrix factorisation', { ...factors, loss: 'pairwise' as const, biases: embeddings }],
  ])('gives gradients that equal the central differences of its loss: %s', (_, declaration) => {
    const model = declareTwoTower(declaration)
    expectTrueGradients(model, trainingFeeds(model, 4, given))
  })

  it('loses −ln of the share of the item among those of the shard, each divided by how often it is sampled, another row of it left out', () => {
    const model = declareTwoTower(factors)
    const [userRows, itemRows] = [
      [1, 0, 0, 1, 1, 1, -1, 0.5],
      [0.5, 1, 2, 0, 1, -1, 0.5, 1],
    ]
    const feeds = feedsOf(model.gradient, 4, { ...given, userRows, itemRows })
    const corrected = (i: number, j: number): number =>
      userRows[2 * i] * itemRows[2 * j] + userRows[2 * i + 1] * itemRows[2 * j + 1] - given.logQ[j]
    const losses = [0, 1, 2, 3].map((i) => {
      const others = [0, 1, 2, 3].filter((j) => j === i || given.itemKey[j] !== given.itemKey[i])
      return Math.log(others.reduce((sum, j) => sum + Math.exp(corrected(i, j)), 0)) - corrected(i, i)
    })
    expect(interpret(model.gradient, feeds).loss.data[0]).toBeCloseTo(
      losses.reduce((sum, loss) => sum + loss / 4, 0),
      9,
    )
  })

  it('loses, when it compares, −ln σ of the margin, a mean over sampled items; an item is as popular as its bias', () => {
    const model = declareTwoTower({ ...factors, loss: 'pairwise', negatives: 2, biases: embeddings })
    const rows = { userRows: [1, 2, 9], itemRows: [0.5, 0.25, 0.125], negativeRows: [1, 0, 0.5, 0, 0.5, -1], weights: [2] }
    const { loss, scores } = interpret(model.gradient, feedsOf(model.gradient, 1, rows))
    expect([...scores.data]).toEqual([1.125]) // 0.5 + 0.5 + 0.125: the user's bias, 9, says nothing
    const softplus = (margin: number): number => Math.log(1 + Math.exp(-margin))
    expect(loss.data[0]).toBeCloseTo(softplus(1.125 - 1.5) + softplus(1.125 - 0), 12)
  })

  it('scores in serving what it scores in training', () => {
    const model = declareTwoTower(small)
    const feeds = trainingFeeds(model, 4, given)
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(model.gradient, feeds))
  })

  it('carries the model of a billion parameters: user 4 ids and two bags of 10, 384-256-64, item 4 ids, 256-128-64', () => {
    const model = declareTwoTower({
      user: {
        fields: [1, 1, 1, 1, 10, 10],
        layers: [
          { width: 256, activation: 'relu' },
          { width: 64, activation: 'linear' },
        ],
      },
      item: {
        fields: [1, 1, 1, 1],
        layers: [
          { width: 128, activation: 'relu' },
          { width: 64, activation: 'linear' },
        ],
      },
      dimensions: 64,
      embeddings,
    })
    expect(model.lookups.map(({ slots, bags }) => [slots, bags])).toEqual([
      [24, [1, 1, 1, 1, 10, 10]],
      [4, undefined],
    ])
    expect(model.gradient.inputs.slice(1, 3).map(({ shape }) => shape)).toEqual([
      ['B', 6, 64],
      ['B', 4, 64],
    ])
    expect(model.parameterCount).toBe(384 * 256 + 256 + 256 * 64 + 64 + 256 * 128 + 128 + 128 * 64 + 64)
  })
})
