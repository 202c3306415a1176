import { CatalogRecord, Item, ItemState, User } from '@freshet/contracts'
import { openMemoryLog } from '@freshet/event-log/memory'
import { itemKey } from '@freshet/features'
import { partitionOf, UnavailableError } from '@freshet/kernel'
import type { PositionVector } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { ItemFollower } from './item-follower'
import { itemState, openShop, type Shop } from './shop.fixture'

const PARTITIONS = 2
const never = new AbortController().signal

describe('a follower of items', () => {
  const counts = { touches: PARTITIONS, catalog: PARTITIONS, events: PARTITIONS }
  let shop: Shop
  let log: ReturnType<typeof openMemoryLog>
  let store: ReturnType<typeof openMemoryStore>
  let follower: ItemFollower
  let errors: unknown[]

  beforeEach(async () => {
    shop = await openShop()
    log = openMemoryLog({ partitions: counts })
    store = openMemoryStore({ partitions: PARTITIONS })
    errors = []
    follower = new ItemFollower({ index: shop.index, log, store, clock: shop.clock, onError: (error) => errors.push(error) })
  })

  /** What the feature store does: folds up to a vector, and writes the states. */
  const fold = async (partition: number, next: Partial<PositionVector>, states: Readonly<Record<string, ItemState>>): Promise<void> => {
    const expect = await store.positions(partition)
    const puts = Object.entries(states).map(([itemId, state]) => ({ key: itemKey(itemId), value: ItemState.encode(state).finish() }))
    await store.commit(partition, { expect, next: { ...expect, ...next }, puts, outbox: [], publishedBelow: 0 })
  }
  const at = (itemId: string): number => partitionOf(itemId, PARTITIONS)
  const touch = (itemId: string): Promise<number> =>
    log.append({ topic: 'touches', partition: at(itemId) }, [{ key: itemId, value: new Uint8Array(1) }])
  const priceOf = (itemId: string): unknown => {
    const place = shop.index.find(itemId)
    return place === undefined ? undefined : shop.index.facts(place).item.get('price')
  }

  it('loads every item of every partition, page by page', async () => {
    const all = Array.from({ length: 1200 }, (_, i) => `item-${i}`)
    for (let p = 0; p < PARTITIONS; p++) {
      await fold(p, { events: 5 + p }, Object.fromEntries(all.filter((id) => at(id) === p).map((id) => [id, itemState({ price: 1 })])))
    }
    const loading = follower.load(never)
    for (let i = 0; i < 10; i++) await shop.clock.advance(0)
    await loading
    expect([shop.index.size, follower.isLoaded, follower.positions]).toEqual([1200, true, [5, 6]])
  })

  it('reads an item again once the store has folded what named it, and not before', async () => {
    const p = at('a')
    await fold(p, {}, { a: itemState({ price: 1 }) })
    await follower.load(never)
    await touch('a')
    await follower.readOn('touches', p, 0)
    expect([await follower.renew(), priceOf('a'), follower.dirtyCount]).toEqual([false, 1, 1])
    await fold(p, { touches: 1 }, { a: itemState({ price: 2 }) })
    expect([await follower.renew(), priceOf('a'), follower.dirtyCount]).toEqual([true, 2, 0])
    expect(await follower.renew()).toBe(false)
  })

  it('follows the catalogue: new items and deleted ones, and no users', async () => {
    const p = at('a')
    const records: CatalogRecord['record'][] = [
      { $case: 'item', item: Item.create({ itemId: 'a' }) },
      { $case: 'user', user: User.create({ userId: 'ann' }) },
      { $case: 'deletedItemId', deletedItemId: 'b' },
    ]
    const entries = records.map((record) => ({ key: 'k', value: CatalogRecord.encode(CatalogRecord.create({ record })).finish() }))
    shop.index.upsert('b', itemState({}), 0)
    await log.append({ topic: 'catalog', partition: p }, entries)
    expect([await follower.readOn('catalog', p, 0), follower.dirtyCount]).toEqual([3, 2])
    await fold(p, { catalog: 3 }, { a: itemState({ price: 7 }), b: { ...itemState({}), known: false } })
    await follower.renew()
    expect([priceOf('a'), shop.index.find('b')]).toEqual([7, undefined])
  })

  it('keeps a note that came while it read', async () => {
    const p = at('a')
    await fold(p, { touches: 1 }, { a: itemState({ price: 1 }) })
    await touch('a')
    await follower.readOn('touches', p, 0)
    const read = store.read.bind(store)
    store.read = async (...asked) => {
      const values = await read(...asked)
      await touch('a')
      await follower.readOn('touches', p, 1)
      return values
    }
    await follower.renew()
    expect(follower.dirtyCount).toBe(1)
  })

  it('begins where the topic begins, when what it wanted was retired', async () => {
    await touch('a')
    await touch('a')
    await log.trim({ topic: 'touches', partition: at('a') }, 1)
    expect(await follower.readOn('touches', at('a'), 0)).toBe(2)
  })

  it('runs by itself: touches lead to what the store made of them', async () => {
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    await shop.clock.advance(1)
    await touch('a')
    await fold(at('a'), { touches: 1, events: 9 }, { a: itemState({ price: 3 }) })
    await shop.clock.advance(40)
    expect([priceOf('a'), follower.positions[at('a')], errors]).toEqual([3, 9, []])
    stop.abort()
    await running
  })

  it('loads once the store is there, where it is away at boot, and follows from then on', async () => {
    const stop = new AbortController()
    const { positions } = store
    store.positions = () => Promise.reject(new UnavailableError('the store', 'wait'))
    const running = follower.run(stop.signal)
    await shop.clock.advance(200)
    expect([follower.isLoaded, errors.length]).toEqual([false, 2])
    store.positions = positions
    await fold(at('a'), { touches: 1, events: 4 }, { a: itemState({ price: 3 }) })
    await shop.clock.advance(200)
    expect([follower.isLoaded, priceOf('a'), follower.positions[at('a')]]).toEqual([true, 3, 4])
    stop.abort()
    await shop.clock.advance(200)
    await running
  })

  it('reports a store that fails, keeps what it wanted to know, and reads it later', async () => {
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    await shop.clock.advance(1)
    const positions = store.positions.bind(store)
    store.positions = () => Promise.reject(new TypeError('gone'))
    await touch('a')
    await shop.clock.advance(40)
    expect(errors.length).toBeGreaterThan(0)
    store.positions = positions
    await fold(at('a'), { touches: 1 }, { a: itemState({ price: 3 }) })
    await shop.clock.advance(40)
    expect(priceOf('a')).toBe(3)
    stop.abort()
    await running
  })
})
