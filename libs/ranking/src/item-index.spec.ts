import { itemPart } from '@freshet/features'
import { itemState, NOW_MS, openShop, type Shop } from './shop.fixture'

describe('the index of items', () => {
  let shop: Shop

  beforeEach(async () => {
    shop = await openShop()
  })

  it('finds what was put in, with its state, facts and features', () => {
    const state = itemState({ genre: 'drama', price: 20, used: true }, 3)
    shop.index.upsert('a', itemState({}), NOW_MS)
    shop.index.upsert('b', state, NOW_MS)
    const at = shop.index.find('b') ?? -1
    expect([at, shop.index.idOf(at), shop.index.stateOf(at)]).toEqual([1, 'b', state])
    expect(shop.index.facts(at)).toEqual({
      id: 'b',
      item: new Map<string, unknown>([
        ['genre', 'drama'],
        ['price', 20],
        ['used', true],
      ]),
    })
    expect(shop.index.part(at)).toEqual(itemPart(shop.dictionary, state, { itemId: 'b', nowMs: NOW_MS }))
    expect([shop.index.columns.popular[0], shop.index.columns.popular[1]]).toEqual([0, 3])
  })

  it('replaces what it knew of an item, and keeps its place', () => {
    shop.index.upsert('a', itemState({ price: 1 }), NOW_MS)
    expect(shop.index.facts(0).item.get('price')).toBe(1)
    shop.index.upsert('a', itemState({ price: 2 }), NOW_MS)
    expect([shop.index.size, shop.index.facts(0).item.get('price')]).toEqual([1, 2])
  })

  it('hides an item that is not available, and forgets one that was deleted until it comes back', () => {
    shop.index.upsert('a', { ...itemState({}), unavailable: true }, NOW_MS)
    expect([shop.index.find('a'), shop.index.columns.available[0]]).toEqual([0, 0])
    shop.index.upsert('a', itemState({}), NOW_MS)
    expect(shop.index.columns.available[0]).toBe(1)
    shop.index.upsert('a', { ...itemState({}), known: false }, NOW_MS)
    expect([shop.index.find('a'), shop.index.columns.available[0]]).toEqual([undefined, 0])
    shop.index.upsert('a', undefined, NOW_MS)
    expect(shop.index.find('a')).toBeUndefined()
    shop.index.upsert('a', itemState({}), NOW_MS)
    expect([shop.index.find('a'), shop.index.size]).toEqual([0, 1])
  })

  it('knows nothing of an item that never was', () => {
    shop.index.upsert('a', undefined, NOW_MS)
    expect([shop.index.size, shop.index.find('a'), shop.index.find('__proto__')]).toEqual([0, undefined, undefined])
  })

  it('grows beyond its first room and keeps what was there', () => {
    for (let i = 0; i < 1500; i++) shop.index.upsert(`i${i}`, itemState({ price: i % 100 }), NOW_MS)
    expect(shop.index.size).toBe(1500)
    for (const at of [0, 1023, 1024, 1499]) {
      const expected = itemPart(shop.dictionary, shop.index.stateOf(at), { itemId: `i${at}`, nowMs: NOW_MS })
      expect(shop.index.part(at)).toEqual(expected)
    }
  })

  it('lets windows slide when it renews an item', () => {
    shop.index.upsert('a', itemState({}, 5), NOW_MS)
    const [before] = shop.index.part(0).numbers.slice(-1)
    shop.index.renew(0, NOW_MS + 80_000)
    const [after] = shop.index.part(0).numbers.slice(-1)
    expect([before > 0, after, shop.index.columns.popular[0]]).toEqual([true, 0, 0])
  })

  it('tells who listens where features changed, by item or by row', () => {
    const heard: number[] = []
    shop.index.upsert('a', itemState({ genre: 'drama' }), NOW_MS)
    shop.index.upsert('b', itemState({ genre: 'drama' }), NOW_MS)
    shop.index.onChange((at) => heard.push(at))
    shop.index.upsert('a', itemState({ genre: 'drama' }), NOW_MS)
    const ownRow = shop.index.part(1).ids.slice(0, 2)
    const sharedRow = shop.index.part(1).ids.slice(2, 4)
    shop.index.markRows(Uint32Array.from([...ownRow, ...sharedRow, 123, 456]), 3)
    expect(heard).toEqual([0, 1, 0, 1])
  })

  it('gives an item another stamp after every change, and its neighbour the same unless they share what changed', () => {
    for (let i = 0; i < 80; i++) shop.index.upsert(`i${i}`, itemState({ genre: i < 70 ? 'drama' : 'comedy' }), NOW_MS)
    const stamps = (): number[] => [shop.index.stampOf(3), shop.index.stampOf(75)]
    const changesOf = (change: () => void): boolean[] => {
      const before = stamps()
      change()
      return stamps().map((stamp, i) => stamp !== before[i])
    }
    const rowOf = (at: number, slot: number): Uint32Array => shop.index.part(at).ids.slice(2 * slot, 2 * slot + 2)
    expect(changesOf(() => shop.index.markRows(rowOf(3, 0), 1))).toEqual([true, false])
    expect(changesOf(() => shop.index.markRows(rowOf(75, 1), 1))).toEqual([false, true])
    expect(changesOf(() => shop.index.markRows(rowOf(3, 1), 1))).toEqual([true, true]) // 70 share it: more than are named
    expect(changesOf(() => shop.index.renew(75, NOW_MS))).toEqual([false, true])
    expect(changesOf(() => shop.index.upsert('i3', itemState({}), NOW_MS))).toEqual([true, false])
    expect(changesOf(() => shop.index.markRows(Uint32Array.of(123, 456), 1))).toEqual([false, false])
  })

  it('follows a model once, however often it is asked', () => {
    const listeners: unknown[] = []
    const model = { onRows: (listener: unknown) => void listeners.push(listener) }
    shop.index.follow(model)
    shop.index.follow(model)
    expect(listeners).toHaveLength(1)
  })

  it('leaves a row that very many items share to the next pass over all', () => {
    for (let i = 0; i < 80; i++) shop.index.upsert(`i${i}`, itemState({ genre: 'drama' }), NOW_MS)
    const heard: number[] = []
    shop.index.onChange((at) => heard.push(at))
    shop.index.markRows(shop.index.part(3).ids.slice(2, 4), 1)
    shop.index.markRows(shop.index.part(3).ids.slice(0, 2), 1)
    expect(heard).toEqual([3])
  })
})
