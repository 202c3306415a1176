import type { FeatureLayout, Field } from '@freshet/features'
import { interpret, type Feed } from '@freshet/tensor'
import type { ModelSet } from './index'
import { scoringFeeds } from './small-model.fixture'

/** By the name of an input. */
export type Feeds = Readonly<Record<string, Feed>>

/** Examples that have the first one's user. */
export function examplesOfOneUser(modelSet: ModelSet, layout: FeatureLayout, batch: number): Feeds {
  const { dense, rows, pooling, numbers } = scoringFeeds(modelSet, layout, batch)
  const { ids, numbers: count } = layout.user
  const shared = (feed: Feed, width: number): Feed => {
    const data = feed.data.slice()
    for (let b = 1; b < batch; b++) data.set(data.subarray(0, width), (b * data.length) / batch)
    return { ...feed, data }
  }
  return { dense, rows: shared(rows, ids * modelSet.rowWidth), pooling: shared(pooling, ids), numbers: shared(numbers, count) }
}

/** What the graph of all the rest is fed, items' parts among it, where whole examples of one user are these. */
export function partFeeds(modelSet: ModelSet, layout: FeatureLayout, whole: Feeds): Feeds {
  const user = cutPart(modelSet, layout, { whole, part: 'user' })
  const cross = cutPart(modelSet, layout, { whole, part: 'cross' })
  const { data } = interpret(modelSet.graphs.rankItem, itemFeeds(modelSet, layout, whole)).part
  return {
    dense: whole.dense,
    ...{ userRows: firstRow(user.rows), userNumbers: firstRow(user.numbers) },
    ...{ crossRows: cross.rows, crossNumbers: cross.numbers },
    itemParts: { data: Float32Array.from(data), shape: [whole.rows.shape[0], modelSet.partWidth] },
  }
}

/** What the graph of items is fed. */
export const itemFeeds = (modelSet: ModelSet, layout: FeatureLayout, whole: Feeds): Feeds => ({
  dense: whole.dense,
  ...cutPart(modelSet, layout, { whole, part: 'item' }),
})

/** One part of whole examples: of its rows what ranking reads, pooled by field. */
function cutPart({ rowWidth, rankWidth }: ModelSet, layout: FeatureLayout, { whole, part }: { whole: Feeds; part: keyof FeatureLayout }) {
  const before = ({ user: [], item: ['user'], cross: ['user', 'item'] } as const)[part]
  const [slot, number] = [
    before.reduce((sum, name) => sum + layout[name].ids, 0),
    before.reduce((sum, name) => sum + layout[name].numbers, 0),
  ]
  const { fields, ids, numbers } = layout[part]
  const [batch] = whole.rows.shape
  const cut = ({ data, shape }: Feed, from: number, width: number): number[] =>
    Array.from({ length: shape[0] }, (_, b) => (b * data.length) / shape[0] + from).flatMap((at) => [...data.subarray(at, at + width)])
  const [rows, pooling] = [cut(whole.rows, slot * rowWidth, ids * rowWidth), cut(whole.pooling, slot, ids)]
  const meanAt = (b: number, { start, length }: Field, k: number): number =>
    Array.from({ length }, (_, i) => b * ids + start + i).reduce((sum, at) => sum + pooling[at] * rows[at * rowWidth + k], 0)
  const pooled = Array.from({ length: batch }, (_, b) => b).flatMap((b) =>
    fields.flatMap((field) => Array.from({ length: rankWidth }, (_, k) => meanAt(b, field, k))),
  )
  return {
    rows: { data: Float32Array.from(pooled), shape: [batch, fields.length, rankWidth] },
    numbers: { data: Float32Array.from(cut(whole.numbers, number, numbers)), shape: [batch, numbers] },
  }
}

/** The first example alone. */
export const firstRow = ({ data, shape }: Feed): Feed => ({ data: data.subarray(0, data.length / shape[0]), shape: [1, ...shape.slice(1)] })
