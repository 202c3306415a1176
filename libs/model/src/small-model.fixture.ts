import type { FeatureLayout, Field, ModelDeclaration, PartLayout } from '@freshet/features'
import { randomUnit } from '@freshet/kernel'
import type { Feed } from '@freshet/tensor'
import type { ModelSet } from './index'

/** A part whose fields have these lengths. */
function part(name: string, lengths: readonly number[], numbers: number): PartLayout {
  let ids = 0
  const fields = lengths.map((length, i): Field => {
    ids += length
    return { name: `${name}${i}`, start: ids - length, length }
  })
  return { fields, ids, numbers, numberNames: Array.from({ length: numbers }, (_, i) => `${name}${i}`) }
}

/** Fields of one slot and of several, numbers in each part. */
export const mixedLayout: FeatureLayout = {
  user: part('user', [1, 3], 2),
  item: part('item', [1, 1, 2], 1),
  cross: part('cross', [2, 1], 1),
}

/** Fields of one slot only, and no numbers. */
export const plainLayout: FeatureLayout = { user: part('user', [1, 1], 0), item: part('item', [1, 1], 0), cross: part('cross', [], 0) }

/** Small enough for central differences. */
export const smallDeclaration: ModelDeclaration = {
  seed: 7,
  rank: { dimensions: 3, hidden: [4, 3] },
  recall: { dimensions: 2, hidden: [3], width: 4, temperature: 0.5, normalise: false },
  learningRate: { dense: 0.01, rows: 0.05 },
  admission: 1,
}

/** Every kind of rank model that can be declared, small. */
export const smallRanks: readonly [name: string, rank: ModelDeclaration['rank']][] = [
  ['Wide & Deep', { dimensions: 3, hidden: [4, 3] }],
  ['DeepFM', { kind: 'deepfm', dimensions: 3, hidden: [4, 3] }],
  ['DCN-V2', { kind: 'dcn-v2', dimensions: 2, hidden: [4], crossLayers: 2, structure: 'parallel' }],
  [
    'DCN-V2, stacked and of low rank',
    { kind: 'dcn-v2', dimensions: 2, hidden: [4, 3], crossLayers: 2, crossRank: 2, structure: 'stacked' },
  ],
  ['DCN-V2 without hidden layers', { kind: 'dcn-v2', dimensions: 2, hidden: [], crossLayers: 1, structure: 'parallel' }],
]

/** Numbers of both signs that are a function of `key`. */
const noise = (cells: number, key: number, range = 0.8): Float32Array =>
  Float32Array.from({ length: cells }, (_, i) => (2 * randomUnit(key, i, 0) - 1) * range)

/** Feeds of the scoring graphs: the last slot of each pooled field is empty in every odd example. */
export function scoringFeeds(modelSet: ModelSet, layout: FeatureLayout, batch: number): Record<string, Feed> {
  const { slots, rowWidth, numbers, parameterCount } = modelSet
  const rows = noise(batch * slots * rowWidth, 1)
  const pooling = new Float32Array(batch * slots)
  const parts = [layout.user, layout.item, layout.cross]
  for (let b = 0; b < batch; b++) {
    let from = b * slots
    for (const { fields, ids } of parts) {
      for (const { start, length } of fields) {
        const filled = length > 1 && b % 2 === 1 ? length - 1 : length
        pooling.fill(1 / filled, from + start, from + start + filled)
        rows.fill(0, (from + start + filled) * rowWidth, (from + start + length) * rowWidth)
      }
      from += ids
    }
  }
  return {
    dense: { data: movedOffZero(modelSet.initialDense()), shape: [parameterCount] },
    rows: { data: rows, shape: [batch, slots, rowWidth] },
    pooling: { data: pooling, shape: [batch, slots] },
    numbers: { data: noise(batch * numbers, 3), shape: [batch, numbers] },
  }
}

/** Biases begin at 0, where a relu may stand at its tie. */
function movedOffZero(dense: Float32Array): Float32Array {
  const shift = noise(dense.length, 2, 0.1)
  return dense.map((value, i) => value + shift[i])
}

/** Feeds of the gradient graph: every third example is a negative, and examples 0 and 1 are of one item. */
export function trainingFeeds(modelSet: ModelSet, layout: FeatureLayout, batch: number): Record<string, Feed> {
  const column = (value: (b: number) => number): Float32Array => Float32Array.from({ length: batch }, (_, b) => value(b))
  const isPositive = (b: number): number => (b % 3 === 2 ? 0 : 1)
  const positives = column(isPositive).reduce((sum, label) => sum + label, 0)
  const sameItem = new Float32Array(batch * batch)
  sameItem[1] = 1
  sameItem[batch] = 1
  return {
    ...scoringFeeds(modelSet, layout, batch),
    labels: { data: column(isPositive), shape: [batch, 1] },
    rankWeights: { data: column(() => 1 / batch), shape: [batch, 1] },
    recallWeights: { data: column((b) => isPositive(b) / positives), shape: [batch, 1] },
    logQ: { data: column((b) => -1 - b / 4), shape: [1, batch] },
    columnMask: { data: column(isPositive), shape: [1, batch] },
    sameItem: { data: sameItem, shape: [batch, batch] },
  }
}

/** The feeds of examples `from` to `to`, as a shard gets them: in-batch negatives stay within the shard. */
export function shardFeeds(feeds: Readonly<Record<string, Feed>>, from: number, to: number): Record<string, Feed> {
  const length = to - from
  const cut = ([name, { data, shape }]: [string, Feed]): [string, Feed] => {
    if (name === 'dense') return [name, { data, shape }]
    if (shape[0] === 1) return [name, { data: data.slice(from, to), shape: [1, length] }]
    const cells = data.length / shape[0]
    const rows = data.slice(from * cells, to * cells)
    if (name !== 'sameItem') return [name, { data: rows, shape: [length, ...shape.slice(1)] }]
    return [name, { data: rows.filter((_, i) => i % cells >= from && i % cells < to), shape: [length, length] }]
  }
  return Object.fromEntries(Object.entries(feeds).map(cut))
}
