import { UserState, type Event } from '@freshet/contracts'
import { compileDictionary, type Dictionary } from '@freshet/features'
import { interpretGraph } from '@freshet/tensor'
import { openServing, renewItems, type Serving, type ServingTools, succeedServing } from './serving'
import { DICTIONARY_TEXT, emptyTable, itemState, NOW_MS, openShop, query, resultOf, type Shop, userState } from './shop.fixture'

const grown = compileDictionary(
  DICTIONARY_TEXT.replace('user:\n', 'user:\n  - { name: segment, kind: category }\n').replace(
    'item:\n',
    'item:\n  - { name: item_total, kind: total }\n',
  ),
)
const NEVER = new AbortController().signal

interface House {
  readonly shop: Shop
  readonly tools: ServingTools
  readonly serving: Serving
  readonly shown: Event[]
}

/** What answers under the shop's dictionary: items and users are known, and something was learned. */
async function openHouse(items: number): Promise<House> {
  const shop = await openShop()
  const shown: Event[] = []
  const tools: ServingTools = {
    ...{ clock: shop.clock, partitions: 4, compile: interpretGraph, openTable: () => emptyTable(shop.modelSet) },
    users: { read: async () => ({ state: ANN, partition: 1, position: 17 }) },
    newRequestId: () => 'r',
    impressions: { offer: (event) => shown.push(event) > 0 },
  }
  const serving = await openServing(shop.dictionary, tools)
  for (let i = 0; i < items; i++) serving.index.upsert(`item-${i}`, itemState({ genre: 'drama', price: i }), NOW_MS)
  serving.model.apply(resultOf({ ...shop, ...serving }, { toStep: 1, itemIds: Array.from({ length: items }, (_, i) => `item-${i}`) }))
  await serving.vectors.refresh()
  return { shop, tools, serving, shown }
}

const ANN = UserState.create({ ...userState({ viewed: ['item-1'] }), events: 3 })

async function succeed({ serving, tools, shop }: House, dictionary: Dictionary): Promise<Serving> {
  let isThere = false
  const succession = succeedServing(serving, dictionary, { tools, signal: NEVER }).finally(() => (isThere = true))
  while (!isThere) await shop.clock.advance(1)
  return succession
}

const scoresOf = async ({ recommender }: Serving): Promise<[string, number][]> =>
  (await recommender.recommend(query({ limit: 500, dryRun: true }))).items.map(({ itemId, score }) => [itemId, score])

describe('what answers under another dictionary', () => {
  it('answers as before as long as nothing is learned of what was added', async () => {
    const house = await openHouse(12)
    const before = await scoresOf(house.serving)
    const after = new Map(await scoresOf(await succeed(house, grown)))
    expect(after.size).toBe(12)
    for (const [itemId, score] of before) expect(after.get(itemId)).toBeCloseTo(score, 6)
  })

  it('computes what was added, and logs lists by the hash of its dictionary', async () => {
    const house = await openHouse(5)
    const next = await succeed(house, grown)
    const { items } = await next.recommender.recommend(query({ explain: true }))
    expect(Object.keys(items[0].explanation?.features ?? {})).toContain('item.item_total')
    expect(house.shown[0].impression).toMatchObject({ dictionaryHash: grown.hash })
    expect(house.shown[0].impression?.userIds).toHaveLength(8 * grown.layout.user.ids)
  })

  it('says the step that it has learned, and the version that it came from', async () => {
    const house = await openHouse(3)
    const next = await succeed(house, grown)
    expect(next.model.stamp()).toEqual({ ...house.serving.model.stamp(), denseStep: 1 })
    expect(next.model.table).toBe(house.serving.model.table)
  })

  it('knows what became of items while it was made: new ones, changed ones, and those that left', async () => {
    const house = await openHouse(3)
    const { index } = house.serving
    const next = await succeed(house, grown)
    index.upsert('item-0', undefined, NOW_MS)
    index.upsert('item-1', itemState({ genre: 'comedy', price: 7 }), NOW_MS)
    index.upsert('item-9', itemState({ genre: 'action' }), NOW_MS)
    renewItems(index, next.index, NOW_MS)
    expect([next.index.find('item-0'), next.index.stateOf(next.index.find('item-1') ?? 0)]).toEqual([undefined, index.stateOf(1)])
    expect((await scoresOf(next)).map(([itemId]) => itemId).sort()).toEqual(['item-1', 'item-2', 'item-9'])
  })

  it('leaves the former one as it is, to answer until then', async () => {
    const house = await openHouse(300)
    const before = await scoresOf(house.serving)
    const succession = succeedServing(house.serving, grown, { tools: house.tools, signal: NEVER })
    expect(await scoresOf(house.serving)).toEqual(before)
    for (let i = 0; i < 200; i++) await house.shop.clock.advance(1)
    await succession
    expect(await scoresOf(house.serving)).toHaveLength(before.length)
  })

  it('is not waited for by a process that ends', async () => {
    const house = await openHouse(300)
    const over = new AbortController()
    over.abort()
    await expect(succeedServing(house.serving, grown, { tools: house.tools, signal: over.signal })).resolves.toMatchObject({
      dictionary: grown,
    })
  })
})
