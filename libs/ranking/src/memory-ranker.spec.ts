import type { UserState } from '@freshet/contracts'
import { interpretGraph } from '@freshet/tensor'
import { openMemoryRanker, type MemoryRanker } from './memory-ranker'
import { emptyTable, itemState, NOW_MS, openTrainedShop, query, resultOf, userState, type Shop } from './shop.fixture'

const ids = ({ items }: { items: readonly { itemId: string }[] }): string[] => items.map(({ itemId }) => itemId)

describe('a ranker in memory', () => {
  const COUNT = 40
  let shop: Shop
  let ranker: MemoryRanker
  let table: ReturnType<typeof emptyTable>
  const users = new Map<string, UserState>()

  /** Does to the shared table what a result does to a follower's. */
  const learn = (toStep: number, itemIds: readonly string[]): void => {
    const { rowIds, rowValues, dense, contains } = resultOf(shop, { toStep, itemIds })
    const pairs = new Uint32Array(rowIds.slice().buffer)
    table.assign(pairs, pairs.length / 2, new Float32Array(rowValues.slice().buffer))
    ranker.learned({ step: toStep, contains, dense: new Float32Array(dense.slice().buffer), pairs, count: pairs.length / 2 })
  }

  beforeAll(async () => {
    shop = await openTrainedShop(COUNT)
    table = emptyTable(shop.modelSet)
    const { dictionary, modelSet, clock } = shop
    ranker = await openMemoryRanker({
      ...{ dictionary, modelSet, compile: interpretGraph, table, clock, partitions: 4 },
      userState: (actor) => users.get(actor),
    })
    for (let at = 0; at < COUNT; at++) ranker.index.upsert(shop.index.idOf(at), shop.index.stateOf(at), NOW_MS)
  })

  it('answers by popularity before anything was learned', async () => {
    expect((await ranker.recommend(query())).provenance.degraded).toEqual(['no-model'])
  })

  it('answers what the service would, from a table that it shares', async () => {
    const itemIds = Array.from({ length: COUNT }, (_, at) => `item-${at}`)
    learn(1, itemIds)
    await ranker.refresh()
    users.set('ann', userState({ viewed: ['item-3'], bought: ['item-5'] }))
    shop.users.set('ann', userState({ viewed: ['item-3'], bought: ['item-5'] }))
    const [served, evaluated] = await Promise.all([shop.recommender, ranker].map((from) => from.recommend(query({ limit: COUNT }))))
    expect(ids(evaluated)).toEqual(ids(served))
    expect(evaluated.items.map(({ score }) => score)).toEqual(served.items.map(({ score }) => score))
  })

  it('shows what a step did to an item once changes are renewed, and new dense parameters once all is', async () => {
    const before = await ranker.recommend(query({ limit: COUNT, explain: true }))
    learn(2, ['item-7'])
    await ranker.renewChanged()
    const renewed = await ranker.recommend(query({ limit: COUNT, explain: true }))
    expect(renewed.provenance.modelVersion).toEqual({ rowStep: 2, denseStep: 1 })
    const likelihood = (answer: typeof before, itemId: string): number | undefined =>
      answer.items.find((item) => item.itemId === itemId)?.explanation?.recallScore
    expect(likelihood(renewed, 'item-7')).not.toBe(likelihood(before, 'item-7'))
    await ranker.refresh()
    expect((await ranker.recommend(query())).provenance.modelVersion).toEqual({ rowStep: 2, denseStep: 2 })
  })

  it('knows an item from the moment that it is put in', async () => {
    ranker.index.upsert('newborn', itemState({ genre: 'drama' }, 3), NOW_MS)
    await ranker.renewChanged()
    expect(ids(await ranker.recommend(query({ limit: COUNT + 1 })))).toContain('newborn')
  })
})
