import { declareTwoTower } from '../index'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

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
const given = { logQ: [-1, -2, -0.5, -1], itemKey: [7, 8, 9, 7], weights: [0.25, 0.25, 0.25, 0.25] }

describe('declareTwoTower', () => {
  it.each([
    ['as it is', small],
    ['normalised, with a temperature', { ...small, normalise: true, temperature: 0.5 }],
  ])('gives gradients that equal the central differences of its loss: %s', (_, declaration) => {
    const model = declareTwoTower(declaration)
    expectTrueGradients(model, trainingFeeds(model, 4, given))
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
