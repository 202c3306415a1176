import { interpret } from '@freshet/tensor'
import { declareTwoTower, declareWideAndDeep, withRowDecay } from './index'
import { scoresOf, trainingFeeds } from './trainable.fixture'

const embeddings = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
const plain = declareWideAndDeep({ fields: [1, 1], dimensions: 2, hidden: [3], embeddings, weights: embeddings })
const labelled = { labels: [1, 0], weights: [0.5, 0.5] }
const DECAY = [0.1, 0, 0.3, 2]

describe('withRowDecay', () => {
  const model = withRowDecay(plain, 'rows')
  const feeds = trainingFeeds(model, 2, { ...labelled, rowDecay: DECAY })
  const { rowDecay: _, ...plainFeeds } = feeds

  it('adds to the gradient of every row as much of the row as its slot says', () => {
    const [pulled, free] = [interpret(model.gradient, feeds), interpret(plain.gradient, plainFeeds)].map((all) => all.rowGradients.data)
    const rows = feeds.rows.data
    rows.forEach((value, i) => expect(pulled[i] - free[i]).toBeCloseTo(DECAY[Math.floor(i / 3)] * value, 6))
  })

  it('changes neither loss nor scores nor dense gradient', () => {
    const [pulled, free] = [interpret(model.gradient, feeds), interpret(plain.gradient, plainFeeds)]
    for (const output of ['loss', 'denseGradient', 'scores']) expect(pulled[output]).toEqual(free[output])
    expect(scoresOf(model.score, feeds)).toEqual(scoresOf(plain.score, plainFeeds))
  })

  it('declares the column that it reads', () => {
    expect(model.columns[model.columns.length - 1]).toEqual({ input: 'rowDecay', width: 2 })
  })

  it('refuses rows that were averaged or are shared, and lookups that there are not', () => {
    const pooled = declareTwoTower({
      user: { fields: [2], layers: [{ width: 2, activation: 'linear' }] },
      item: { fields: [1], layers: [{ width: 2, activation: 'linear' }] },
      ...{ dimensions: 2, embeddings },
    })
    expect(() => withRowDecay(pooled, 'userRows')).toThrow(
      "lookup to decay is 'userRows', but rows decay slot by slot, which two-tower has in itemRows; name such a lookup",
    )
    expect(() => withRowDecay(plain, 'words')).toThrow("lookup to decay is 'words'")
  })
})
