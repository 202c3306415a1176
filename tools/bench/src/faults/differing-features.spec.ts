import { ItemState, UserState } from '@freshet/contracts'
import { itemKey, userKey } from '@freshet/features'
import { START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { findDiffering } from './differing-features'

const PARTITIONS = 1

describe('what the store holds against a fresh fold', () => {
  /** A store with one user and one item. */
  async function storeOf(user: Partial<UserState>, item: Partial<ItemState>) {
    const store = openMemoryStore({ partitions: PARTITIONS })
    const puts = [
      { key: userKey('u'), value: UserState.encode(UserState.fromPartial(user)).finish() },
      { key: itemKey('i'), value: ItemState.encode(ItemState.fromPartial(item)).finish() },
    ]
    await store.commit(0, { expect: START, next: { ...START, events: 1 }, puts, outbox: [], publishedBelow: 0 })
    return store
  }
  const afresh = {
    users: new Map([['u', UserState.create({ events: 3, residualSum: 0.5 })]]),
    items: new Map([['i', ItemState.create({ events: 2, valueSum: 7 })]]),
  }

  it('agrees, but for a user’s sums that depend on when touches arrived', async () => {
    const store = await storeOf({ events: 3, residualSum: 0.75 }, { events: 2, valueSum: 7 })
    expect(await findDiffering(store, PARTITIONS, afresh)).toEqual([])
  })

  it.each([
    ['a user counted an event twice', { events: 4 }, { events: 2, valueSum: 7 }, ['user u: events is 4, not 3']],
    ['an item missed a touch', { events: 3 }, { events: 1, valueSum: 3 }, ['item i: events is 1, not 2; valueSum is 3, not 7']],
    ['both are wrong', { events: 2 }, { events: 2, valueSum: 7.5 }, ['user u: events is 2, not 3', 'item i: valueSum is 7.5, not 7']],
  ])('names each field that differs where %s', async (_, user, item, found) => {
    expect(await findDiffering(await storeOf(user, item), PARTITIONS, afresh)).toEqual(found)
  })

  it('expects nothing of a stranger, and finds what should have been forgotten', async () => {
    const strangers = { users: new Map([['u', undefined]]), items: new Map() }
    expect(await findDiffering(await storeOf({ events: 3 }, {}), PARTITIONS, strangers)).toEqual(['user u: it is there, and should not be'])
    expect(await findDiffering(openMemoryStore({ partitions: PARTITIONS }), PARTITIONS, strangers)).toEqual([])
  })

  it('misses what is not there', async () => {
    const empty = openMemoryStore({ partitions: PARTITIONS })
    expect(await findDiffering(empty, PARTITIONS, afresh)).toEqual(['user u: it is not there', 'item i: it is not there'])
  })
})
