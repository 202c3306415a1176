import type { Feed } from '@freshet/tensor'
import type { Batch, ExampleShape } from './batch'

/** What the gradient graph says of one logical shard, or of a whole cut. */
export interface ShardOutcome {
  readonly denseGradient: Float32Array
  readonly rowGradients: Float32Array
  readonly probabilities: Float32Array
  readonly rankLoss: number
  readonly recallLoss: number
}

/** What the shards of a cut share. */
export interface ShardContext {
  readonly batch: Batch
  readonly shape: ExampleShape
  /** Float32[count, slots, rowWidth] */
  readonly rows: Float32Array
  readonly rowWidth: number
  readonly dense: Float32Array
  readonly logQ: Float32Array
}

/** The gradient graph's feeds for the examples `from` to `to`: views into the cut's columns, no copies but the small masks. */
export function feedsOf(context: ShardContext, from: number, to: number): Record<string, Feed> {
  const { batch, shape, rows, rowWidth, dense, logQ } = context
  const count = to - from
  const perRow = shape.slots * rowWidth
  const column = (data: Float32Array): Feed => ({ data, shape: [count, 1] })
  return {
    dense: { data: dense, shape: [dense.length] },
    rows: { data: rows.subarray(from * perRow, to * perRow), shape: [count, shape.slots, rowWidth] },
    pooling: { data: batch.pooling.subarray(from * shape.slots, to * shape.slots), shape: [count, shape.slots] },
    numbers: { data: batch.numbers.subarray(from * shape.numbers, to * shape.numbers), shape: [count, shape.numbers] },
    labels: column(batch.labels.subarray(from, to)),
    rankWeights: column(rankWeights(batch, from, to)),
    recallWeights: column(recallWeights(batch, from, to)),
    logQ: { data: logQ.subarray(from, to), shape: [1, count] },
    sameItem: { data: excluded(batch, from, to), shape: [count, count] },
    columnMask: { data: new Float32Array(count).fill(1), shape: [1, count] },
  }
}

/** The mean over the whole cut: what a shard adds is its share of it. */
function rankWeights(batch: Batch, from: number, to: number): Float32Array {
  return Float32Array.from({ length: to - from }, (_, i) => batch.weights[from + i] / batch.count)
}

/** The retrieval model learns from positives only: the mean over the cut's positives. */
function recallWeights(batch: Batch, from: number, to: number): Float32Array {
  let positives = 0
  for (let i = 0; i < batch.count; i++) if (batch.labels[i] >= 0.5) positives++
  return Float32Array.from({ length: to - from }, (_, i) => (batch.labels[from + i] >= 0.5 ? batch.weights[from + i] / positives : 0))
}

/** 1 where column j is no negative for row i: the same item again, or something else that the same user liked. */
function excluded(batch: Batch, from: number, to: number): Float32Array {
  const count = to - from
  const mask = new Float32Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const isLiked = batch.labels[from + j] >= 0.5 && isSame(batch.users, from + i, from + j)
      if (i !== j && (isLiked || isSame(batch.items, from + i, from + j))) mask[i * count + j] = 1
    }
  }
  return mask
}

const isSame = (pairs: Uint32Array, i: number, j: number): boolean => pairs[2 * i] === pairs[2 * j] && pairs[2 * i + 1] === pairs[2 * j + 1]

/** Adds the shards up in their order, and lays their rows end to end. */
export function sumShards(shards: readonly ShardOutcome[]): ShardOutcome {
  if (shards.length === 1) return shards[0]
  const denseGradient = shards[0].denseGradient.slice()
  for (const shard of shards.slice(1)) for (let i = 0; i < denseGradient.length; i++) denseGradient[i] += shard.denseGradient[i]
  return {
    denseGradient,
    rowGradients: concatenate(shards.map((shard) => shard.rowGradients)),
    probabilities: concatenate(shards.map((shard) => shard.probabilities)),
    rankLoss: shards.reduce((sum, shard) => sum + shard.rankLoss, 0),
    recallLoss: shards.reduce((sum, shard) => sum + shard.recallLoss, 0),
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
