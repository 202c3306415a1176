import { ItemState, UserState } from '@freshet/contracts'
import { itemKey, userKey } from '@freshet/features'
import { START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import type { Ledger } from '../fleet/ledger'
import { countDiffering, weigh } from './verdict'

const PARTITIONS = 1

describe('what was accepted against what was learned', () => {
  const ledger: Ledger = {
    events: new Map([
      ['a', { partition: 0, offset: 0 }],
      ['b', { partition: 0, offset: 1 }],
    ]),
    learned: new Map([
      ['0/0/0', 1],
      ['0/1/0', 3],
    ]),
  }
  const groups = new Set(['0/0/0', '0/1/0'])

  it('balances where each group was learned once', () => {
    expect(weigh({ accepted: ['a', 'b'], examples: 4 }, ledger, { groups })).toEqual({ lost: 0, doubled: 0 })
  })

  it('is lost where an accepted event is not in the log, or a group was not learned', () => {
    expect(weigh({ accepted: ['a', 'c'], examples: 4 }, ledger, { groups }).lost).toBe(1)
    expect(weigh({ accepted: ['a'], examples: 4 }, ledger, { groups: new Set([...groups, '0/7/0']) }).lost).toBe(1)
  })

  it('is doubled where the trainer counted more examples than there are, or learned what should not be there', () => {
    expect(weigh({ accepted: [], examples: 6 }, ledger, { groups }).doubled).toBe(2)
    expect(weigh({ accepted: [], examples: 4 }, ledger, { groups: new Set(['0/0/0']) }).doubled).toBe(1)
  })
})

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
    expect(await countDiffering(store, PARTITIONS, afresh)).toBe(0)
  })

  it.each([
    ['a user counted an event twice', { events: 4 }, { events: 2, valueSum: 7 }, 1],
    ['an item missed a touch', { events: 3 }, { events: 1, valueSum: 3 }, 1],
    ['both are wrong', { events: 2 }, { events: 2, valueSum: 7.5 }, 2],
  ])('differs where %s', async (_, user, item, count) => {
    expect(await countDiffering(await storeOf(user, item), PARTITIONS, afresh)).toBe(count)
  })

  it('differs where the store holds nothing', async () => {
    expect(await countDiffering(openMemoryStore({ partitions: PARTITIONS }), PARTITIONS, afresh)).toBe(2)
  })
})
