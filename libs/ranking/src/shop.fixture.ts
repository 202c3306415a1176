import { AttributeValue, ItemState, PairCounts, Result, UserState, Window, type Event } from '@freshet/contracts'
import { openTable, unique, type Table } from '@freshet/embedding'
import { compileDictionary, type Dictionary } from '@freshet/features'
import { bytesOf } from '@freshet/kernel'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { interpretGraph } from '@freshet/tensor'
import { fakeClock, type FakeClock } from '@freshet/testing'
import type { RecommendQuery } from './answer'
import { ItemIndex } from './item-index'
import { Recommender, type RecommenderOptions } from './recommender'
import { ServingModel } from './serving-model'
import { compileServingGraphs, type ServingGraphs } from './towers'
import type { UserSource } from './user-reader'
import { VectorBuilder } from './vector-builder'

export const DICTIONARY_TEXT = `
name: shop
events:
  view: { label: positive, weight: 0.3 }
  purchase: { label: positive, consumes: true }
  impression: { impression: true }
user:
  - { name: user, kind: id }
  - { name: recent, kind: sequence, events: [view, purchase], last: 3 }
  - { name: user_total, kind: total }
item:
  - { name: item, kind: id }
  - { name: genre, kind: category, slots: 2 }
  - { name: price, kind: numeric, maximum: 100 }
  - { name: item_views, kind: count, events: [view], windowMs: 80000, buckets: 8 }
cross:
  - { name: did, kind: pair, events: [view, purchase] }
  - { name: after, kind: cross, user: last, item: id }
context:
  - { name: device, kind: key }
model:
  rank: { dimensions: 3, hidden: [4] }
  recall: { dimensions: 4, hidden: [], width: 5 }
`
const PARTITIONS = 4
export const NOW_MS = 1_000_000

/** A shop with a model, in memory: everything real but the clock, the store and the runtime of graphs. */
export interface Shop {
  readonly dictionary: Dictionary
  readonly modelSet: ModelSet
  readonly graphs: ServingGraphs
  readonly model: ServingModel
  readonly index: ItemIndex
  readonly vectors: VectorBuilder
  readonly clock: FakeClock
  readonly users: Map<string, UserState>
  readonly shown: Event[]
  readonly recommender: Recommender
  recommenderWith(options: Partial<RecommenderOptions>): Recommender
}

export async function openShop(text = DICTIONARY_TEXT): Promise<Shop> {
  const dictionary = compileDictionary(text)
  const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
  const graphs = await compileServingGraphs(modelSet, interpretGraph)
  const model = new ServingModel(modelSet, () => emptyTable(modelSet), PARTITIONS)
  const index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
  const clock = fakeClock(NOW_MS)
  const vectors = new VectorBuilder({ index, model, itemTower: graphs.item, clock })
  const users = new Map<string, UserState>()
  const shown: Event[] = []
  const source: UserSource = { read: async (actor) => ({ state: users.get(actor), partition: 1, position: 17 }) }
  let requests = 0
  const options: RecommenderOptions = {
    ...{ dictionary, modelSet, model, graphs, index, clock, users: source },
    newRequestId: () => `request-${++requests}`,
    impressions: { offer: (event) => shown.push(event) > 0 },
  }
  const recommenderWith = (more: Partial<RecommenderOptions>): Recommender => new Recommender({ ...options, ...more })
  const recommender = recommenderWith({})
  return { dictionary, modelSet, graphs, model, index, vectors, clock, users, shown, recommender, recommenderWith }
}

/** A shop of `count` items whose model has learned something: rows that differ, dense parameters that are not the first ones. */
export async function openTrainedShop(count: number, text = DICTIONARY_TEXT): Promise<Shop> {
  const shop = await openShop(text)
  for (let i = 0; i < count; i++) shop.index.upsert(`item-${i}`, itemState({ genre: GENRES[i % GENRES.length], price: i % 100 }), NOW_MS)
  shop.model.apply(resultOf(shop, { toStep: 1, itemIds: Array.from({ length: count }, (_, i) => `item-${i}`) }))
  await shop.vectors.refresh()
  return shop
}

export const GENRES = ['action', 'comedy', 'drama'] as const

/** A result that moves the rows of some items and all dense parameters, by numbers that depend on the step alone. */
export function resultOf({ modelSet, index }: Shop, { toStep, itemIds }: { toStep: number; itemIds: readonly string[] }): Result {
  const parts = itemIds.map((itemId) => index.part(index.find(itemId) ?? 0).ids)
  const all = Uint32Array.from(parts.flatMap((ids) => [...ids]))
  const { ids, count } = unique(all, all.length / 2)
  const values = Float32Array.from({ length: count * modelSet.rowWidth }, (_, i) => Math.sin(i * 1.7 + toStep))
  const dense = Float32Array.from({ length: modelSet.parameterCount }, (_, i) => Math.cos(i * 0.9 + toStep) / 2)
  const contains = new Array<number>(PARTITIONS).fill(toStep * 10)
  const rows = { rowIds: bytesOf(ids), rowValues: bytesOf(values) }
  return Result.create({
    fromStep: 1,
    toStep,
    contains,
    ...rows,
    dense: bytesOf(dense),
    denseLength: dense.length,
    chain: new Uint8Array(8),
  })
}

export const emptyTable = ({ rowWidth, segments, rowScales }: ModelSet): Table =>
  openTable({ width: rowWidth, segments, rowScales, seed: 5 })

/** An item with attributes, and as many views in the newest bucket of its window as are given. */
export function itemState(attributes: Readonly<Record<string, string | number | boolean>>, views = 0, createdMs = 1): ItemState {
  const windows = views === 0 ? {} : { item_views: Window.create({ buckets: [Math.floor(NOW_MS / 10_000)], counts: [views] }) }
  return ItemState.create({ known: true, createdMs, windows, attributes: Object.fromEntries(Object.entries(attributes).map(attribute)) })
}

function attribute([name, value]: [string, string | number | boolean]): [string, AttributeValue] {
  if (typeof value === 'string') return [name, AttributeValue.create({ kind: { $case: 'text', text: value } })]
  if (typeof value === 'number') return [name, AttributeValue.create({ kind: { $case: 'number', number: value } })]
  return [name, AttributeValue.create({ kind: { $case: 'flag', flag: value } })]
}

/** A user who looked at some items, the last one last, and bought some. */
export function userState({ viewed = [], bought = [] }: { viewed?: readonly string[]; bought?: readonly string[] }): UserState {
  const items = Object.fromEntries([
    ...viewed.map((itemId, i) => [itemId, PairCounts.create({ counts: [1, 0, 0], lastMs: NOW_MS - 1000 + i })] as const),
    ...bought.map((itemId) => [itemId, PairCounts.create({ counts: [0, 1, 0], lastMs: NOW_MS - 2000, consumed: true })] as const),
  ])
  return UserState.create({ items, events: viewed.length + bought.length, lastItemId: viewed.at(-1) ?? '' })
}

export const query = (fields: Partial<RecommendQuery> = {}): RecommendQuery => ({
  ...{ userId: 'ann', sessionId: '', surface: '', limit: 0, context: {}, rules: undefined },
  ...{ explain: false, dryRun: false, includeSeen: false },
  ...fields,
})
