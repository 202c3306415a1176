import { makeBatch, shapeOf, type Batch } from './batch'
import { feedsOf, sumShards } from './shards'
import { layout, modelSet } from './training-room.fixture'

const shape = shapeOf(layout)

function batchOf(examples: readonly { user: number; item: number; label: number; weight?: number }[]): Batch {
  const batch = makeBatch(shape, examples.length)
  batch.count = examples.length
  examples.forEach(({ user, item, label, weight = 1 }, i) => {
    batch.users[2 * i] = user
    batch.items[2 * i] = item
    batch.labels[i] = label
    batch.weights[i] = weight
  })
  return batch
}

function feeds(batch: Batch, from = 0, to = batch.count) {
  const rows = new Float32Array(batch.count * shape.slots * modelSet.rowWidth)
  const dense = new Float32Array(modelSet.parameterCount)
  return feedsOf({ batch, shape, rows, rowWidth: modelSet.rowWidth, dense, logQ: new Float32Array(batch.count) }, from, to)
}

describe('the feeds of a shard', () => {
  it('weigh each example by its share of the whole cut, and positives by their share of the positives', () => {
    const batch = batchOf([
      { user: 1, item: 1, label: 1 },
      { user: 2, item: 2, label: 0 },
      { user: 3, item: 3, label: 1, weight: 2 },
      { user: 4, item: 4, label: 0 },
    ])
    const { rankWeights, recallWeights } = feeds(batch, 2, 4)
    expect([...rankWeights.data]).toEqual([0.5, 0.25])
    expect([...recallWeights.data]).toEqual([1, 0])
  })

  it('take the same item, and what the same user liked, from the negatives; what a user did not like stays', () => {
    const batch = batchOf([
      { user: 1, item: 1, label: 1 },
      { user: 2, item: 1, label: 1 },
      { user: 1, item: 3, label: 1 },
      { user: 1, item: 4, label: 0 },
    ])
    const { sameItem } = feeds(batch)
    expect([...sameItem.data.subarray(0, 4)]).toEqual([0, 1, 1, 0])
    expect([...sameItem.data.subarray(4, 8)]).toEqual([1, 0, 0, 0])
  })

  it('have the shapes of the shard, not of the cut', () => {
    const batch = batchOf([1, 2, 3].map((item) => ({ user: item, item, label: 1 })))
    const { rows, pooling, numbers, logQ } = feeds(batch, 1, 3)
    expect(rows.shape).toEqual([2, shape.slots, modelSet.rowWidth])
    expect([pooling.shape, numbers.shape, logQ.shape]).toEqual([
      [2, shape.slots],
      [2, shape.numbers],
      [1, 2],
    ])
  })
})

describe('the sum of shards', () => {
  const outcome = (scale: number) => ({
    denseGradient: Float32Array.of(scale, 2 * scale),
    rowGradients: Float32Array.of(scale),
    probabilities: Float32Array.of(scale / 10),
    rankLoss: scale,
    recallLoss: 10 * scale,
  })

  it('adds dense gradients and losses, and lays rows and probabilities end to end', () => {
    const sum = sumShards([outcome(1), outcome(2), outcome(4)])
    expect([...sum.denseGradient]).toEqual([7, 14])
    expect([...sum.rowGradients]).toEqual([1, 2, 4])
    expect(sum).toMatchObject({ rankLoss: 7, recallLoss: 70 })
  })

  it('leaves the shards as they were', () => {
    const first = outcome(1)
    sumShards([first, outcome(2)])
    expect([...first.denseGradient]).toEqual([1, 2])
  })
})
