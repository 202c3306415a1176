import { crossPart, itemPart, userPart, type Part } from '@freshet/features'
import { ExamplePack } from './example-pack'
import { NOW_MS, openTrainedShop, userState, type Shop } from './shop.fixture'

describe('a pack of examples', () => {
  let shop: Shop
  let pack: ExamplePack
  const user = userState({ viewed: ['item-2', 'item-0'] })

  beforeAll(async () => {
    shop = await openTrainedShop(6)
    pack = new ExamplePack(shop.dictionary.layout, shop.modelSet.rowWidth)
  })

  const userOf = (): Part => userPart(shop.dictionary, user, { userId: 'ann', nowMs: NOW_MS })
  const itemOf = (itemId: string): Part => {
    const at = shop.index.find(itemId)
    return itemPart(shop.dictionary, at === undefined ? undefined : shop.index.stateOf(at), { itemId, nowMs: NOW_MS })
  }
  const crossOf = (itemId: string): Part => {
    const at = shop.index.find(itemId)
    const item = at === undefined ? undefined : shop.index.stateOf(at)
    return crossPart(shop.dictionary, { userId: 'ann', user, itemId, item, context: { device: 'phone' }, nowMs: NOW_MS })
  }
  const fill = (itemIds: readonly string[]): void => {
    pack.begin(userOf(), itemIds.length)
    itemIds.forEach((itemId, b) => {
      const at = shop.index.find(itemId)
      if (at === undefined) pack.writeUnknownItem(b, itemOf(itemId))
      else pack.writeItem(b, at, shop.index.columns)
      pack.writeCross(b, crossOf(itemId))
    })
  }

  /** The oracle: one example at a time, each put together from its three parts, pooled by counting. */
  const scoreAlone = async (itemId: string): Promise<number> => {
    const { layout } = shop.dictionary
    const { rowWidth, slots, numbers, graphs } = shop.modelSet
    const parts = [userOf(), itemOf(itemId), crossOf(itemId)]
    const ids = Uint32Array.from(parts.flatMap((part) => [...part.ids]))
    const pooling = [layout.user, layout.item, layout.cross].flatMap(({ fields, ids: count }, p) => {
      const weights = new Array<number>(count).fill(0)
      for (const { start, length } of fields) {
        const filled = Array.from({ length }, (_, i) => start + i).filter((slot) => parts[p].ids[2 * slot] || parts[p].ids[2 * slot + 1])
        filled.forEach((slot) => (weights[slot] = 1 / filled.length))
      }
      return weights
    })
    const rows = new Float32Array(slots * rowWidth)
    shop.model.table.gather(ids, slots, rows)
    expect(graphs.rank.name).toBe('rank')
    const { probabilities } = await shop.graphs.rank.run({
      dense: { data: shop.model.denseState.dense, shape: [shop.modelSet.parameterCount] },
      rows: { data: rows, shape: [1, slots, rowWidth] },
      pooling: { data: Float32Array.from(pooling), shape: [1, slots] },
      numbers: { data: Float32Array.from(parts.flatMap((part) => [...part.numbers])), shape: [1, numbers] },
    })
    return probabilities[0]
  }

  it('scores each candidate as if it were alone, known or not', async () => {
    const itemIds = ['item-3', 'item-0', 'nobody-knows-me', 'item-5']
    fill(itemIds)
    const scores = await pack.score(shop.graphs.rank, { dense: shop.model.denseState.dense, table: shop.model.table }, 4)
    for (const [b, itemId] of itemIds.entries()) expect(scores[b]).toBeCloseTo(await scoreAlone(itemId), 6)
    expect(new Set(scores).size).toBe(4)
  })

  it('is clean of the request before it', async () => {
    fill(['item-1', 'item-2', 'item-4', 'nobody', 'item-5'])
    fill(['item-4', 'item-3'])
    const scores = await pack.score(shop.graphs.rank, { dense: shop.model.denseState.dense, table: shop.model.table }, 2)
    expect([...scores].map((score) => score.toFixed(6))).toEqual([
      (await scoreAlone('item-4')).toFixed(6),
      (await scoreAlone('item-3')).toFixed(6),
    ])
  })

  it('gives back the very ids and numbers that it scored: item slots, then cross slots', () => {
    fill(['item-1', 'item-0'])
    expect([...pack.idsOf(1)]).toEqual([...itemOf('item-0').ids, ...crossOf('item-0').ids])
    expect([...pack.numbersOf(1)]).toEqual([...itemOf('item-0').numbers, ...crossOf('item-0').numbers])
    expect([...pack.userNumbers()]).toEqual([...userOf().numbers])
  })

  it('has no score for no candidate', async () => {
    fill([])
    expect(await pack.score(shop.graphs.rank, { dense: shop.model.denseState.dense, table: shop.model.table }, 0)).toHaveLength(0)
  })
})
