import { Result } from '@freshet/contracts'
import { crossPart, itemPart, userPart, type Part } from '@freshet/features'
import { bytesOf } from '@freshet/kernel'
import { interpretGraph, type GraphRunner } from '@freshet/tensor'
import { ExamplePack } from './example-pack'
import { ItemParts } from './item-parts'
import { DICTIONARY_TEXT, itemState, NOW_MS, openTrainedShop, resultOf, userState, type Shop } from './shop.fixture'

const ranks = [
  ['Wide & Deep', '{ dimensions: 3, hidden: [4] }'],
  ['DeepFM', '{ kind: deepfm, dimensions: 3, hidden: [4] }'],
  ['DCN-V2', '{ kind: dcn-v2, dimensions: 3, hidden: [4] }'],
]

describe.each(ranks)('a pack of examples that a %s ranks', (_, rank) => {
  let shop: Shop
  let pack: ExamplePack
  const user = userState({ viewed: ['item-2', 'item-0'] })

  let whole: GraphRunner
  /** How many items each run of the item graph made parts of. */
  let made: number[]

  beforeEach(async () => {
    shop = await openTrainedShop(6, DICTIONARY_TEXT.replace(/rank: {.*}/, `rank: ${rank}`))
    const { index, model, modelSet, dictionary } = shop
    pack = new ExamplePack({ layout: dictionary.layout, modelSet, parts: new ItemParts(index, model, modelSet.partWidth) })
    whole = await interpretGraph(modelSet.graphs.rank)
    made = []
  })

  const score = (): Promise<number[]> => {
    const { rankItem, rankParts } = shop.graphs
    const counted: GraphRunner = { ...rankItem, run: (feeds) => (made.push(feeds.rows.shape[0]), rankItem.run(feeds)) }
    return pack.score({ rankItem: counted, rankParts }).then((scores) => [...scores])
  }

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
      else pack.writeItem(b, { at, stamp: shop.index.stampOf(at) }, shop.index.columns)
      pack.writeCross(b, crossOf(itemId))
    })
  }

  /** The exact twin: one example at a time by the whole graph, each put together from its three parts, pooled by counting. */
  const scoreAlone = async (itemId: string): Promise<number> => {
    const { layout } = shop.dictionary
    const { rowWidth, slots, numbers } = shop.modelSet
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
    const { probabilities } = await whole.run({
      dense: { data: shop.model.denseState.dense, shape: [shop.modelSet.parameterCount] },
      rows: { data: rows, shape: [1, slots, rowWidth] },
      pooling: { data: Float32Array.from(pooling), shape: [1, slots] },
      numbers: { data: Float32Array.from(parts.flatMap((part) => [...part.numbers])), shape: [1, numbers] },
    })
    return probabilities[0]
  }

  const expectExact = async (itemIds: readonly string[]): Promise<void> => {
    fill(itemIds)
    const scores = await score()
    expect(scores).toHaveLength(itemIds.length)
    for (const [b, itemId] of itemIds.entries()) expect(scores[b]).toBeCloseTo(await scoreAlone(itemId), 6)
  }

  it('scores each candidate as if it were alone, known or not', async () => {
    await expectExact(['item-3', 'item-0', 'nobody-knows-me', 'item-5'])
    expect(new Set(await score()).size).toBe(4)
  })

  it('is clean of the request before it', async () => {
    await expectExact(['item-1', 'item-2', 'item-4', 'nobody', 'item-5'])
    await expectExact(['item-4', 'item-3'])
    await expectExact(['nobody-else', 'item-1', 'item-4'])
  })

  it('makes an item’s part once, and that of an unknown item each time', async () => {
    await expectExact(['item-3', 'item-0', 'nobody'])
    await expectExact(['item-0', 'item-3', 'item-5', 'nobody'])
    await expectExact(['item-5', 'item-3'])
    expect(made).toEqual([3, 2])
  })

  it('makes a part anew when the item’s features, a row of its own or a row that very many share changes', async () => {
    for (let i = 0; i < 80; i++) shop.index.upsert(`more-${i}`, itemState({ genre: 'drama' }), NOW_MS)
    await expectExact(['item-1', 'item-2'])
    shop.index.upsert('item-1', itemState({ genre: 'comedy', price: 3 }, 4), NOW_MS)
    await expectExact(['item-1', 'item-2'])
    moveRows(itemOf('item-2').ids.slice(0, 2))
    await expectExact(['item-1', 'item-2'])
    moveRows(itemOf('more-0').ids.slice(2, 4))
    await expectExact(['item-1', 'item-2'])
    shop.index.renew(1, NOW_MS + 30_000)
    shop.index.renew(1, NOW_MS)
    await expectExact(['item-1', 'item-2'])
    expect(made).toEqual([2, 1, 1, 2, 1])
  })

  it('makes all parts anew for other dense parameters, and for the table of another version', async () => {
    await expectExact(['item-1', 'item-2'])
    shop.model.apply(resultOf(shop, { toStep: 5, itemIds: [] }))
    await expectExact(['item-1', 'item-2']) // they wait for the vectors
    await shop.vectors.refresh()
    await expectExact(['item-1', 'item-2'])
    shop.model.begin()
    await expectExact(['item-1', 'item-2'])
    expect(made).toEqual([2, 2, 2])
  })

  it('stays with the parameters that it began with, and keeps nothing of them once they were replaced', async () => {
    fill(['item-1', 'item-2'])
    const expected = [await scoreAlone('item-1'), await scoreAlone('item-2')]
    const scoring = score()
    shop.model.apply(resultOf(shop, { toStep: 5, itemIds: [] }))
    await shop.vectors.refresh()
    ;(await scoring).forEach((value, b) => expect(value).toBeCloseTo(expected[b], 6))
    await expectExact(['item-1', 'item-2'])
  })

  it('does not keep a part whose row changed while it was made', async () => {
    fill(['item-1'])
    const scoring = score()
    moveRows(itemOf('item-1').ids.slice(0, 2))
    await scoring
    await expectExact(['item-1'])
    expect(made).toEqual([1, 1])
  })

  it('gives back the very ids and numbers that it scored: item slots, then cross slots', () => {
    fill(['item-1', 'item-0'])
    expect([...pack.idsOf(1)]).toEqual([...itemOf('item-0').ids, ...crossOf('item-0').ids])
    expect([...pack.numbersOf(1)]).toEqual([...itemOf('item-0').numbers, ...crossOf('item-0').numbers])
    expect([...pack.userNumbers()]).toEqual([...userOf().numbers])
  })

  it('has no score for no candidate', async () => {
    fill([])
    expect(await score()).toHaveLength(0)
  })

  /** Moves rows by one more step than the model has seen. */
  const moveRows = (pairs: Uint32Array): void => {
    const step = shop.model.stamp().rowStep + 1
    const rowValues = bytesOf(new Float32Array((pairs.length / 2) * shop.modelSet.rowWidth).fill(0.3 + step / 10))
    shop.model.apply(Result.create({ fromStep: step, toStep: step, contains: [0, 0, 0, 0], rowIds: bytesOf(pairs), rowValues }))
  }
})
