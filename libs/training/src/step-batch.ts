import { unique } from '@freshet/embedding'
import type { StepBatch } from '@freshet/learner'
import type { Batch, ExampleShape } from './batch'

/** A batch as the model set reads it; `logQ` says of each example how probable its item was. Views into the batch, no copies but small columns. */
export function stepBatchOf(batch: Batch, shape: ExampleShape, logQ: Float32Array): StepBatch {
  const { count } = batch
  const userKey = keysOf(batch.users, count)
  return {
    count,
    ids: { rows: batch.ids.subarray(0, 2 * count * shape.slots) },
    columns: {
      pooling: batch.pooling.subarray(0, count * shape.slots),
      numbers: batch.numbers.subarray(0, count * shape.numbers),
      labels: batch.labels.subarray(0, count),
      rankWeights: rankWeights(batch),
      recallWeights: recallWeights(batch),
      logQ,
      itemKey: keysOf(batch.items, count),
      userKey,
      likedKey: userKey.map((key, i) => (isPositive(batch, i) ? key : NOBODY)),
    },
  }
}

const NOBODY = -1

/** The mean over the whole cut: what a shard adds is its share of it. */
function rankWeights({ weights, count }: Batch): Float32Array {
  return weights.slice(0, count).map((weight) => weight / count)
}

/** The retrieval model learns from positives only: the mean over the cut's positives. */
function recallWeights(batch: Batch): Float32Array {
  let positives = 0
  for (let i = 0; i < batch.count; i++) if (isPositive(batch, i)) positives++
  return batch.weights.slice(0, batch.count).map((weight, i) => (isPositive(batch, i) ? weight / positives : 0))
}

const isPositive = ({ labels }: Batch, i: number): boolean => labels[i] >= 0.5

/** Whole numbers, equal where the pairs are equal: a Float32 tells sixteen million of them apart. */
const keysOf = (pairs: Uint32Array, count: number): Float32Array => Float32Array.from(unique(pairs, count).index)
