import { type Batch, makeBatch } from './batch'
import { stepBatchOf } from './step-batch'
import { modelSet, tools } from './training-room.fixture'

const { shape } = tools

function batchOf(examples: readonly { user: number; item: number; label: number; weight?: number }[], capacity = examples.length): Batch {
  const batch = makeBatch(shape, capacity)
  batch.count = examples.length
  examples.forEach(({ user, item, label, weight = 1 }, i) => {
    batch.users[2 * i] = user
    batch.items[2 * i] = item
    batch.labels[i] = label
    batch.weights[i] = weight
  })
  return batch
}

const columnsOf = (batch: Batch) => stepBatchOf(batch, shape, new Float32Array(batch.count)).columns

describe('what a model set reads of a batch', () => {
  it('weighs each example by its share of the cut, and positives by their share of the positives', () => {
    const { rankWeights, recallWeights } = columnsOf(
      batchOf([
        { user: 1, item: 1, label: 1 },
        { user: 2, item: 2, label: 0 },
        { user: 3, item: 3, label: 1, weight: 2 },
        { user: 4, item: 4, label: 0 },
      ]),
    )
    expect([...rankWeights]).toEqual([0.25, 0.25, 0.5, 0.25])
    expect([...recallWeights]).toEqual([0.5, 0, 1, 0])
  })

  it('gives equal keys to equal items and to equal users, and none to who did not like what is offered', () => {
    const { itemKey, userKey, likedKey } = columnsOf(
      batchOf([
        { user: 1, item: 1, label: 1 },
        { user: 2, item: 1, label: 1 },
        { user: 1, item: 3, label: 1 },
        { user: 1, item: 4, label: 0 },
      ]),
    )
    expect([...itemKey]).toEqual([0, 0, 1, 2])
    expect([...userKey]).toEqual([0, 1, 0, 0])
    expect([...likedKey]).toEqual([0, 1, 0, -1])
  })

  it('holds as much as the model declares for as many examples as there are, however many there was room for', () => {
    const batch = batchOf(
      [1, 2, 3].map((item) => ({ user: item, item, label: 1 })),
      8,
    )
    const { count, ids, columns } = stepBatchOf(batch, shape, new Float32Array(3))
    expect(count).toBe(3)
    for (const { input, slots } of modelSet.learned.lookups) expect(ids[input]).toHaveLength(2 * 3 * slots)
    for (const { input, width } of modelSet.learned.columns) expect(columns[input]).toHaveLength(3 * width)
  })

  it('weighs nothing for recall where nobody liked anything', () => {
    expect([...columnsOf(batchOf([{ user: 1, item: 1, label: 0 }])).recallWeights]).toEqual([0])
  })
})
