import type { FeatureLayout, Field, ModelDeclaration, PartLayout } from '@freshet/features'
import { randomUnit } from '@freshet/kernel'
import { DROPOUT_SEEDS, inputName, type Feed } from '@freshet/tensor'
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

/** The feeds of one tower: its own slots and numbers of whole examples. */
export function partFeeds(
  modelSet: ModelSet,
  layout: FeatureLayout,
  { tower, batch }: { tower: 'user' | 'item'; batch: number },
): Record<string, Feed> {
  const { dense, rows, pooling, numbers } = scoringFeeds(modelSet, layout, batch)
  const [slot, number] = tower === 'user' ? [0, 0] : [layout.user.ids, layout.user.numbers]
  const cut = (data: Float32Array, width: number, [from, to]: [number, number]): Float32Array =>
    Float32Array.from(Array.from({ length: batch }, (_, i) => [...data.subarray(i * width + from, i * width + to)]).flat())
  const { ids, numbers: count } = layout[tower]
  const { slots, rowWidth, numbers: all } = modelSet
  return {
    dense,
    rows: { data: cut(rows.data, slots * rowWidth, [slot * rowWidth, (slot + ids) * rowWidth]), shape: [batch, ids, rowWidth] },
    pooling: { data: cut(pooling.data, slots, [slot, slot + ids]), shape: [batch, ids] },
    numbers: { data: cut(numbers.data, all, [number, number + count]), shape: [batch, count] },
  }
}

/** Feeds of what is learned: every third example is a negative, examples 0 and 1 are of one item, 1 and 3 of one user. */
export function trainingFeeds(modelSet: ModelSet, layout: FeatureLayout, batch: number): Record<string, Feed> {
  const column = (value: (b: number) => number): Feed => ({
    data: Float32Array.from({ length: batch }, (_, b) => value(b)),
    shape: [batch, 1],
  })
  const isPositive = (b: number): number => (b % 3 === 2 ? 0 : 1)
  const positives = column(isPositive).data.reduce((sum, label) => sum + label, 0)
  const userOf = (b: number): number => (b === 3 ? 1 : b)
  const read = new Set(modelSet.learned.gradient.inputs.map(inputName))
  const all = {
    ...scoringFeeds(modelSet, layout, batch),
    labels: column(isPositive),
    rankWeights: column(() => 1 / batch),
    recallWeights: column((b) => isPositive(b) / positives),
    logQ: column((b) => -1 - b / 4),
    itemKey: column((b) => (b === 1 ? 0 : b)),
    userKey: column(userOf),
    likedKey: column((b) => (isPositive(b) === 1 ? userOf(b) : -1)),
    dropout: seedsOf(batch),
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => read.has(name)))
}

/** What dropout is drawn by in one step. */
export const seedsOf = (batch: number, step = 1): Feed => ({
  data: Float32Array.from({ length: batch * DROPOUT_SEEDS }, (_, i) => randomUnit(4, step, i)),
  shape: [batch, DROPOUT_SEEDS],
})

/** The feeds of examples `from` to `to`, as a shard gets them: in-batch negatives stay within the shard. */
export function shardFeeds(feeds: Readonly<Record<string, Feed>>, from: number, to: number): Record<string, Feed> {
  const cut = ([name, { data, shape }]: [string, Feed]): [string, Feed] => {
    if (name === 'dense') return [name, { data, shape }]
    const cells = data.length / shape[0]
    return [name, { data: data.slice(from * cells, to * cells), shape: [to - from, ...shape.slice(1)] }]
  }
  return Object.fromEntries(Object.entries(feeds).map(cut))
}
