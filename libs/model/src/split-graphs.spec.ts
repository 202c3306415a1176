import type { FeatureLayout, Field, ModelDeclaration } from '@freshet/features'
import { interpret, type Feed } from '@freshet/tensor'
import { declareModelSet, type ModelSet } from './index'
import { mixedLayout, plainLayout, scoringFeeds, smallDeclaration, smallRanks } from './small-model.fixture'

const empty = { fields: [], ids: 0, numbers: 0, numberNames: [] }
const numbersOnly = { ...empty, numbers: 2, numberNames: ['a', 'b'] }
const { rank } = smallDeclaration
const cases: [name: string, layout: FeatureLayout, model: ModelDeclaration][] = [
  ['fields of one slot and of several', mixedLayout, smallDeclaration],
  ['nothing that user and item have in common', plainLayout, smallDeclaration],
  ['numbers alone on the user’s side', { ...mixedLayout, user: numbersOnly }, smallDeclaration],
  ['numbers alone on the item’s side', { ...mixedLayout, item: numbersOnly }, smallDeclaration],
  ['numbers alone in common', { ...plainLayout, cross: numbersOnly }, smallDeclaration],
  ['no hidden layer', mixedLayout, { ...smallDeclaration, rank: { ...rank, hidden: [] } }],
  ['three hidden layers', mixedLayout, { ...smallDeclaration, rank: { ...rank, hidden: [5, 4, 3] } }],
]
const BATCH = 7

const kinds = smallRanks.flatMap(([kind, ranked]) =>
  cases.slice(0, 5).map(([name, layout, model]): (typeof cases)[number] => [`${name}, as ${kind}`, layout, { ...model, rank: ranked }]),
)

describe.each([...cases, ...kinds])('a rank graph in parts, with %s', (_, layout, model) => {
  const modelSet = declareModelSet(layout, model)
  const whole = examplesOfOneUser(modelSet, layout)

  it('scores every item of a user as the whole graph scores the whole example', () => {
    const expected = interpret(modelSet.graphs.rank, whole).probabilities.data
    const actual = interpret(modelSet.graphs.rankParts, partFeeds(modelSet, layout, whole)).probabilities.data
    expect(actual).toHaveLength(BATCH)
    actual.forEach((score, b) => expect(score).toBeCloseTo(expected[b], 6))
    expect(new Set(expected).size).toBe(BATCH)
  })

  it('gives an item the same part, whoever stands beside it', () => {
    const { rankItem } = modelSet.graphs
    const feeds = itemFeeds(modelSet, layout, whole)
    const together = interpret(rankItem, feeds).part
    expect(together.shape).toEqual([BATCH, modelSet.partWidth])
    const alone = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, name === 'dense' ? feed : firstRow(feed)]))
    expect([...interpret(rankItem, alone).part.data]).toEqual([...together.data.subarray(0, modelSet.partWidth)])
  })
})

describe('what is kept of an item', () => {
  const kept = smallRanks.map(([name, ranked]) => {
    const { serving, partWidth } = declareModelSet(mixedLayout, { ...smallDeclaration, rank: ranked })
    return [name, serving, partWidth]
  })

  it('is its part of the first layer where that is a sum of parts, with its sum of embeddings where they are multiplied', () => {
    expect(kept.slice(0, 2)).toEqual([
      ['Wide & Deep', 'parts', 4 + 1],
      ['DeepFM', 'parts', 4 + 1 + 3],
    ])
  })

  it('is else the mean of each field’s rows, and its numbers', () => {
    const means = 3 * (2 + 1) + 1
    expect(kept.slice(2).map(([, serving, partWidth]) => [serving, partWidth])).toEqual(kept.slice(2).map(() => ['whole', means]))
  })
})

describe('the width of what ranking reads', () => {
  it('is the embedding and the wide weight of a row, and the units and the wide logit of a part', () => {
    const { rowWidth, rankWidth, partWidth } = declareModelSet(mixedLayout, smallDeclaration)
    expect({ rowWidth, rankWidth, partWidth }).toEqual({ rowWidth: 7, rankWidth: 4, partWidth: 5 })
  })
})

type Feeds = Readonly<Record<string, Feed>>

/** Examples that have the first one's user. */
function examplesOfOneUser(modelSet: ModelSet, layout: FeatureLayout): Feeds {
  const { dense, rows, pooling, numbers } = scoringFeeds(modelSet, layout, BATCH)
  const { ids, numbers: count } = layout.user
  const shared = (feed: Feed, width: number): Feed => {
    const data = feed.data.slice()
    for (let b = 1; b < BATCH; b++) data.set(data.subarray(0, width), (b * data.length) / BATCH)
    return { ...feed, data }
  }
  return { dense, rows: shared(rows, ids * modelSet.rowWidth), pooling: shared(pooling, ids), numbers: shared(numbers, count) }
}

function partFeeds(modelSet: ModelSet, layout: FeatureLayout, whole: Feeds): Feeds {
  const user = cutPart(modelSet, layout, { whole, part: 'user' })
  const cross = cutPart(modelSet, layout, { whole, part: 'cross' })
  const { data } = interpret(modelSet.graphs.rankItem, itemFeeds(modelSet, layout, whole)).part
  return {
    dense: whole.dense,
    ...{ userRows: firstRow(user.rows), userNumbers: firstRow(user.numbers) },
    ...{ crossRows: cross.rows, crossNumbers: cross.numbers },
    itemParts: { data: Float32Array.from(data), shape: [BATCH, modelSet.partWidth] },
  }
}

const itemFeeds = (modelSet: ModelSet, layout: FeatureLayout, whole: Feeds): Feeds => ({
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
  const cut = ({ data, shape }: Feed, from: number, width: number): number[] =>
    Array.from({ length: shape[0] }, (_, b) => (b * data.length) / shape[0] + from).flatMap((at) => [...data.subarray(at, at + width)])
  const [rows, pooling] = [cut(whole.rows, slot * rowWidth, ids * rowWidth), cut(whole.pooling, slot, ids)]
  const meanAt = (b: number, { start, length }: Field, k: number): number =>
    Array.from({ length }, (_, i) => b * ids + start + i).reduce((sum, at) => sum + pooling[at] * rows[at * rowWidth + k], 0)
  const pooled = Array.from({ length: BATCH }, (_, b) => b).flatMap((b) =>
    fields.flatMap((field) => Array.from({ length: rankWidth }, (_, k) => meanAt(b, field, k))),
  )
  return {
    rows: { data: Float32Array.from(pooled), shape: [BATCH, fields.length, rankWidth] },
    numbers: { data: Float32Array.from(cut(whole.numbers, number, numbers)), shape: [BATCH, numbers] },
  }
}

const firstRow = ({ data, shape }: Feed): Feed => ({ data: data.subarray(0, data.length / shape[0]), shape: [1, ...shape.slice(1)] })
