import { ItemState } from '@freshet/contracts'
import { itemKey } from '@freshet/features'
import { type OnlineStore, type Put, type Standing, StalePositionError } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { fakeClock } from '@freshet/testing'
import { RESTORING_KEY } from './restore-partition'
import { SharedItems } from './shared-items'

const START: Standing = { events: 0, touches: 0, catalog: 0 }
const ELSEWHERE: Standing = { ...START, lineage: 'another' }

async function put(store: OnlineStore, itemId: string, events: number): Promise<void> {
  const value = ItemState.encode(ItemState.create({ events, known: true })).finish()
  await change(store, await store.positions(0), { key: itemKey(itemId), value })
}

/** Brings a partition somewhere, be it back. */
async function change(store: OnlineStore, next: Standing, ...puts: Put[]): Promise<void> {
  await store.commit(0, { expect: await store.positions(0), next, puts, outbox: [], publishedBelow: 0 })
}

/** Brings items to hand for a batch of another partition. */
async function lend(items: SharedItems, ...itemIds: string[]): Promise<void> {
  const batch = items.beginBatch(7)
  try {
    await items.fetch(itemIds, batch)
  } finally {
    items.endBatch(batch)
  }
}

function open(itemsMax = 10) {
  const store = openMemoryStore({ partitions: 1 })
  const clock = fakeClock(0)
  return { store, clock, items: new SharedItems({ store, partitions: 1, clock, itemsMax }) }
}

async function fetch(items: SharedItems, ...itemIds: string[]): Promise<void> {
  const batch = items.beginBatch(0)
  await items.fetch(itemIds, batch)
  items.endBatch(batch)
}

describe('the items of a process', () => {
  it('are read once where they are folded here', async () => {
    const { store, items } = open()
    items.own(0, START)
    await put(store, 'a', 1)
    await fetch(items, 'a', 'b')
    await put(store, 'a', 2)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(1)
    expect(items.get('b')).toBeUndefined()
  })

  it('are read again after a second where they are folded elsewhere', async () => {
    const { store, clock, items } = open()
    await put(store, 'a', 1)
    await fetch(items, 'a')
    await put(store, 'a', 2)
    await clock.advance(999)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(1)
    await clock.advance(1)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(2)
  })

  it('are looked for at once where they are folded elsewhere and were unknown', async () => {
    const { store, items } = open()
    await fetch(items, 'a')
    await put(store, 'a', 1)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(1)
  })

  it('that a fold has just changed are not overtaken by what was read before', async () => {
    const { store, items } = open()
    items.own(0, START)
    await put(store, 'a', 1)
    const reading = fetch(items, 'a')
    items.save('a', ItemState.create({ events: 7, known: true }))
    await reading
    expect(items.get('a')?.events).toBe(7)
  })

  it('stay at hand while a batch relies on them, or while they are not written yet', async () => {
    const { store, items } = open(1)
    items.own(0, START)
    for (const id of ['a', 'b', 'c']) await put(store, id, 1)
    const batch = items.beginBatch(0)
    await items.fetch(['a'], batch)
    await fetch(items, 'b')
    expect(items.get('a')?.events).toBe(1)
    items.save('a', ItemState.create({ events: 7, known: true }))
    items.endBatch(batch)
    await fetch(items, 'c')
    expect(items.get('a')?.events).toBe(7)
    items.saved(['a'])
    await fetch(items, 'b')
    expect(items.get('a')).toBeUndefined()
  })

  it('are forgotten when their partition changes hands', async () => {
    const { store, items } = open()
    items.own(0, START)
    await put(store, 'a', 1)
    await fetch(items, 'a')
    items.own(0, undefined)
    expect(items.get('a')).toBeUndefined()
  })

  it('that a running batch has fetched stay at hand for it when their partition changes hands, and are read again by others', async () => {
    const { store, items } = open()
    await put(store, 'a', 1)
    const batch = items.beginBatch(0)
    await items.fetch(['a'], batch)
    items.own(0, START)
    expect(items.get('a')?.events).toBe(1)
    await put(store, 'a', 2)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(2)
  })

  it('are read again where their partition was taken over while the answer was on its way', async () => {
    const { store, items } = open()
    await put(store, 'a', 1)
    const reading = fetch(items, 'a')
    items.own(0, START)
    await reading
    await put(store, 'a', 2)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(2)
  })

  it('are refused to a batch of the partition itself where that does not stand where its fold is: what it changes is built upon them', async () => {
    const { store, items } = open()
    await put(store, 'a', 1)
    items.own(0, ELSEWHERE)
    await expect(fetch(items, 'a')).rejects.toThrow(StalePositionError)
    items.stands(0, START)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(1)
  })

  it('are lent to a batch of another partition meanwhile, and read again by the next', async () => {
    const { store, items } = open()
    await put(store, 'a', 1)
    items.own(0, ELSEWHERE)
    const other = items.beginBatch(7)
    await items.fetch(['a'], other)
    expect(items.get('a')?.events).toBe(1)
    items.endBatch(other)
    await put(store, 'a', 2)
    items.stands(0, START)
    await fetch(items, 'a')
    expect(items.get('a')?.events).toBe(2)
  })

  it('are not taken in from an answer that comes after its batch has failed', async () => {
    const { store, items } = open()
    items.own(0, START)
    await put(store, 'a', 1)
    const batch = items.beginBatch(0)
    const reading = items.fetch(['a'], batch)
    items.endBatch(batch)
    await reading
    expect(items.get('a')).toBeUndefined()
  })

  it('are not taken in from a scan that began before their partition was taken over', () => {
    const { items } = open()
    const tenure = items.tenureOf(0)
    items.own(0, START)
    items.admit('a', ItemState.encode(ItemState.create({ known: true })).finish(), tenure)
    expect(items.get('a')).toBeUndefined()
    expect(items.known.size).toBe(0)
  })

  it('are known from the moment that they are seen, unless they were deleted', () => {
    const { items } = open()
    items.admit('a', ItemState.encode(ItemState.create({ known: true })).finish(), 0)
    items.admit('b', ItemState.encode(ItemState.create({ known: false })).finish(), 0)
    items.save('c', ItemState.create({ known: true }))
    expect(Array.from({ length: items.known.size }, (_, place) => items.known.at(place))).toEqual(['a', 'c'])
  })
})

describe('the items of a partition that has lost its state', () => {
  const WHOLE: Standing = { ...START, catalog: 5 }
  const refusal = { code: 'UNAVAILABLE', message: expect.stringContaining('the catalogue of partition 0 up to 5') }

  it.each([
    ['empty', START],
    ['as it was', { ...START, catalog: 4 }],
  ])('are lent to no batch where it came back %s, until it has been brought back as far as it was seen', async (_, less) => {
    const { store, items } = open()
    await change(store, WHOLE)
    await lend(items, 'a')
    await change(store, less)
    await expect(lend(items, 'a', 'b')).rejects.toMatchObject(refusal)
    await change(store, WHOLE)
    await put(store, 'a', 3)
    await lend(items, 'a', 'b')
    expect([items.get('a')?.events, items.get('b')]).toEqual([3, undefined])
  })

  it('are lent to no batch while it is being restored, be it to where it was seen', async () => {
    const { store, items } = open()
    await change(store, WHOLE, { key: RESTORING_KEY, value: Uint8Array.of(0) })
    await expect(lend(items, 'a')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await change(store, WHOLE, { key: RESTORING_KEY, value: null })
    await lend(items, 'a')
  })

  it('are refused though nothing was read of it, where it was looked at while it was whole', async () => {
    const { store, items } = open()
    await change(store, WHOLE)
    expect(await items.see(0)).toBeUndefined()
    await change(store, START)
    await expect(lend(items, 'a')).rejects.toMatchObject(refusal)
    expect(await items.see(0)).toBe('at 0')
  })

  it('are refused where it is folded here and begins anew, also those that are at hand; its own fold goes on', async () => {
    const { store, items } = open()
    await change(store, WHOLE)
    items.own(0, START)
    items.stands(0, WHOLE)
    await change(store, START)
    items.own(0, START)
    await fetch(items, 'a')
    expect(items.get('a')).toBeUndefined()
    await expect(lend(items, 'a')).rejects.toMatchObject(refusal)
    items.stands(0, WHOLE)
    await lend(items, 'a')
  })

  it('are lent as they are where nobody has brought it back for long', async () => {
    const { store, items } = open()
    await change(store, WHOLE)
    await lend(items, 'a')
    await change(store, START)
    items.catalogues.excuse(0, (await items.see(0)) ?? '')
    await lend(items, 'a')
    expect(items.get('a')).toBeUndefined()
  })
})
