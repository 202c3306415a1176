import { Result } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { itemState, NOW_MS, openShop, openTrainedShop, resultOf, type Shop } from './shop.fixture'
import { directionWidth, encode } from './towers'
import { writePooling } from './pooling'
import { VectorBuilder } from './vector-builder'

/** The oracle: every item's vector alone, from what is served now. */
async function vectorsOf({ index, model, graphs, dictionary }: Shop): Promise<number[][]> {
  const layout = dictionary.layout.item
  const vectors: number[][] = []
  for (let at = 0; at < index.size; at++) {
    const { ids, numbers } = index.part(at)
    const pooling = new Float32Array(layout.ids)
    writePooling({ layout, ids, idsAt: 0 }, pooling, 0)
    vectors.push([
      ...(await encode(graphs.item, { dense: model.denseState.dense, table: model.table }, { count: 1, ids, pooling, numbers })),
    ])
  }
  return vectors
}

const served = ({ index }: Shop): number[][] => {
  const { vectors, widths } = index.columns
  return Array.from({ length: index.size }, (_, at) => [...vectors.subarray(at * widths.vector, (at + 1) * widths.vector)])
}
const isClose = (a: number[][], b: number[][]): boolean => a.every((row, i) => row.every((x, k) => Math.abs(x - b[i][k]) < 1e-6))
const work = async ({ vectors }: Shop): Promise<number> => {
  let batches = 0
  while (await vectors.step()) batches++
  return batches
}
/** Moves the rows of one item alone. */
const moveRow = (shop: Shop, at: number, step: number): void => {
  const rowIds = bytesOf(shop.index.part(at).ids.slice(0, 2))
  const rowValues = bytesOf(new Float32Array(shop.modelSet.rowWidth).fill(0.7))
  shop.model.apply(Result.create({ fromStep: step, toStep: step, contains: [0, 0, 0, 0], rowIds, rowValues }))
}

describe('the builder of vectors', () => {
  it('gives every item the vector that the item tower gives it alone', async () => {
    const shop = await openTrainedShop(70)
    expect(isClose(served(shop), await vectorsOf(shop))).toBe(true)
    const { vectors, lengths, widths } = shop.index.columns
    const own = vectors.subarray(3 * widths.vector, 3 * widths.vector + directionWidth(widths.vector))
    expect(lengths[3]).toBeCloseTo(Math.hypot(...own), 5)
  })

  it('has nothing to do until something changes, then makes new what changed and no more', async () => {
    const shop = await openTrainedShop(70)
    expect(await work(shop)).toBe(0)
    shop.index.upsert('item-3', itemState({ genre: 'comedy', price: 99 }), NOW_MS)
    moveRow(shop, 5, 2)
    const [before, expected] = [served(shop), await vectorsOf(shop)]
    expect(await work(shop)).toBe(1)
    expect(isClose(served(shop), expected)).toBe(true)
    expect(served(shop).flatMap((row, at) => (isClose([row], [before[at]]) ? [] : [at]))).toEqual([3, 5])
  })

  it('swaps new dense parameters and all vectors together, and not before', async () => {
    const shop = await openTrainedShop(70)
    const before = served(shop)
    shop.model.apply(resultOf(shop, { toStep: 9, itemIds: [] }))
    await shop.vectors.step()
    expect([shop.model.stamp().denseStep, isClose(served(shop), before)]).toEqual([1, true])
    await work(shop)
    expect(shop.model.stamp().denseStep).toBe(9)
    expect([isClose(served(shop), before), isClose(served(shop), await vectorsOf(shop))]).toEqual([false, true])
  })

  it('loses no change and no new item that comes while it makes all vectors anew', async () => {
    const shop = await openTrainedShop(70)
    shop.model.apply(resultOf(shop, { toStep: 9, itemIds: [] }))
    await shop.vectors.step()
    moveRow(shop, 2, 10) // behind the cursor
    moveRow(shop, 60, 11) // before it
    for (let i = 0; i < 1000; i++) shop.index.upsert(`late-${i}`, itemState({ genre: 'drama' }), NOW_MS) // more than there was room for
    await work(shop)
    expect(shop.model.stamp().denseStep).toBe(9)
    expect(isClose(served(shop), await vectorsOf(shop))).toBe(true)
  })

  it('is ready once there is a vector for everything, and makes them at full speed until then', async () => {
    const shop = await openShop()
    for (let i = 0; i < 100; i++) shop.index.upsert(`item-${i}`, itemState({}), NOW_MS)
    expect(shop.vectors.isReady).toBe(false)
    shop.model.apply(resultOf(shop, { toStep: 1, itemIds: ['item-0'] }))
    expect(await work(shop)).toBe(4) // batches of 32: the queue need not be worked off beside
    expect([shop.vectors.isReady, shop.index.columns.lengths[99] > 0]).toEqual([true, true])
  })

  it('renews all features once a minute, because windows slide where nothing happens', async () => {
    const shop = await openTrainedShop(3)
    shop.index.upsert('item-1', itemState({ genre: 'drama' }, 5), NOW_MS)
    await work(shop)
    const before = shop.index.part(1).numbers.slice()
    await shop.clock.advance(59_000)
    expect(await work(shop)).toBe(0)
    await shop.clock.advance(61_000)
    expect(await work(shop)).toBe(1)
    expect([...shop.index.part(1).numbers]).not.toEqual([...before])
    expect(isClose(served(shop), await vectorsOf(shop))).toBe(true)
  })

  it('does not rest while many items wait for their first vector', async () => {
    const shop = await openTrainedShop(10)
    const rests: number[] = []
    const clock = { ...shop.clock, sleep: async (durationMs: number) => void rests.push(durationMs) }
    let tick = 0
    const builder = new VectorBuilder({
      ...{ index: shop.index, model: shop.model, itemTower: shop.graphs.item },
      clock: { ...clock, monotonicMs: () => ++tick },
    })
    await builder.refresh()
    for (let i = 0; i < 90; i++) shop.index.upsert(`young-${i}`, itemState({}), NOW_MS)
    const stop = new AbortController()
    const running = builder.run(stop.signal)
    while (!rests.includes(20)) await Promise.resolve() // it idles
    stop.abort()
    await running
    expect(rests.slice(0, 4)).toEqual([0, 0, expect.any(Number), 20])
    expect(rests[2]).toBeGreaterThan(0)
  })

  it('rests nineteen times as long as it worked, and ends when it is told', async () => {
    const shop = await openTrainedShop(40)
    const stop = new AbortController()
    const slow = {
      ...shop.graphs.item,
      run: async (feeds: Parameters<typeof shop.graphs.item.run>[0]) => {
        await shop.clock.sleep(1)
        return shop.graphs.item.run(feeds)
      },
    }
    const builder = new VectorBuilder({ index: shop.index, model: shop.model, itemTower: slow, clock: shop.clock })
    for (let at = 0; at < 40; at++) shop.index.upsert(`item-${at}`, itemState({ price: 1 }), NOW_MS)
    await Promise.all([builder.refresh(), shop.clock.advance(10)])
    shop.index.upsert('item-1', itemState({ price: 2 }), NOW_MS)
    const running = builder.run(stop.signal)
    await shop.clock.advance(2)
    const first = shop.index.columns.vectors.slice(0, 10)
    shop.index.upsert('item-1', itemState({ price: 70 }), NOW_MS)
    await shop.clock.advance(17)
    expect(shop.index.columns.vectors.slice(0, 10)).toEqual(first) // it rests from 1 to 20 ms
    await shop.clock.advance(5)
    expect(shop.index.columns.vectors.slice(0, 10)).not.toEqual(first)
    stop.abort()
    await running
  })
})
