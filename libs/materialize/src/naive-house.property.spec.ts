import { type Event, type ExampleGroup, type ItemState, LabelSource, type UserState } from '@freshet/contracts'
import { actorOf } from '@freshet/features'
import { float32Of, hash64, uint32Of } from '@freshet/kernel'
import fc from 'fast-check'
import { type MemoryFold, openMemoryFold } from './memory-fold'
import { DICTIONARIES } from './naive-dictionaries.fixture'
import type { NaiveExample, NaiveParts } from './naive-features.fixture'
import { ITEMS, SESSIONS, USERS, catalogue, histories } from './naive-histories.fixture'
import { NaiveHouse, type NaiveRecord } from './naive-house.fixture'
import { tickRecord } from './records.fixture'

const [first, widest] = DICTIONARIES
const TYPES = widest.meanings.size
const ACTORS = [...USERS, ...SESSIONS.map((id) => `s:${id}`)]

/** Histories are long: making one smaller that fails would take minutes, and its seed brings it back. */
const check = (holds: (history: readonly NaiveRecord[]) => void, numRuns: number): void =>
  fc.assert(fc.property(histories, holds), { numRuns, endOnFailure: true })

/** Feeds a fold, and gives what each record completes. */
function fed(records: readonly NaiveRecord[]): { readonly fold: MemoryFold; readonly groups: (readonly ExampleGroup[])[] } {
  const fold = openMemoryFold({ dictionary: first, partitions: 3, seed: 5 })
  const groups = records.map((record) => {
    if ('events' in record) return fold.event(record.events)
    fold.catalog(record.catalog)
    return []
  })
  return { fold, groups }
}

const eventIn = (record: NaiveRecord): Event | undefined =>
  'events' in record && record.events.record?.$case === 'event' ? record.events.record.event : undefined

/** Without what stands for nothing: a sequence that everything was taken back from, and places of types that there were not yet. */
function plain(state: UserState | undefined): unknown {
  if (state === undefined) return undefined
  const sequences = Object.fromEntries(Object.entries(state.sequences).filter(([, { itemIds }]) => itemIds.length > 0))
  const items = Object.fromEntries(
    Object.entries(state.items).map(([id, pair]) => [
      id,
      { ...pair, counts: pair.counts.concat(new Array<number>(TYPES - pair.counts.length).fill(0)) },
    ]),
  )
  return { ...state, sequences, items }
}

function expectStates(fold: MemoryFold, naive: NaiveHouse): void {
  for (const actor of ACTORS) expect(plain(fold.user(actor))).toEqual(plain(naive.users.get(actor)?.message(naive.declared)))
  for (const itemId of ITEMS) expect(fold.item(itemId)).toEqual(naive.items.get(itemId)?.message() satisfies ItemState | undefined)
}

function expectParts(
  bytes: { readonly ids: Uint8Array; readonly numbers: Uint8Array },
  parts: NaiveParts = { ids: [], numbers: [] },
): void {
  expect([...uint32Of(bytes.ids)]).toEqual(parts.ids)
  expect([...float32Of(bytes.numbers)]).toEqual(parts.numbers.map((number) => expect.closeTo(number, 4) as number))
}

const idOf = (lo: number): string => ITEMS.find((itemId) => hash64(itemId).lo === lo) ?? ''

function expectGroup({ userIds, userNumbers, userLo, items }: ExampleGroup, naive: NaiveExample): void {
  expect(userLo).toBe(hash64(naive.actor).lo)
  expectParts({ ids: userIds, numbers: userNumbers }, naive.user)
  for (const item of items.filter(({ ids }) => ids.length > 0)) expectParts(item, naive.items.get(idOf(item.itemLo)))
}

describe('what a house remembers', () => {
  it('is what the whole history says of each user and item, whatever happened in whatever order', () => {
    check((history) => {
      const records = [...catalogue, ...history]
      expectStates(fed(records).fold, new NaiveHouse(first, records))
    }, 60)
  })
})

describe('what a house tells', () => {
  it('is of the features that user and items had just before: of what was done, and of what was drawn beside it', () => {
    const met = { drawn: 0, said: 0 }
    check((history) => {
      const records = [...catalogue, ...history]
      const naive = new NaiveHouse(first, [])
      fed(records).groups.forEach((groups, at) => {
        for (const group of groups) {
          const event = eventIn(records[at])
          if (event === undefined) continue
          const itemIds = group.items.filter(({ ids }) => ids.length > 0).map(({ itemLo }) => idOf(itemLo))
          expectGroup(group, naive.exampleOf(event, itemIds))
          const [own, ...drawn] = itemIds
          expect([own, new Set(itemIds).size]).toEqual([event.itemId, itemIds.length])
          const isFit = (itemId: string): boolean => naive.item(itemId).known && !naive.users.get(actorOf(event))?.consumed(itemId)
          expect(drawn.filter((itemId) => !isFit(itemId))).toEqual([])
          met.drawn += drawn.length
          met.said++
        }
        naive.take(records[at])
      })
    }, 25)
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(10)
  })

  it('is of the features that shown items had when they were shown, whoever the list is of by now', () => {
    let told = 0
    check((history) => {
      const records = [...catalogue, ...history]
      const { fold } = fed(records)
      const groups = fold
        .event(tickRecord(90_000_000))
        .filter(({ items }) => items.some(({ source }) => source === LabelSource.LABEL_SOURCE_SERVED))
      const { lists } = new NaiveHouse(first, records)
      const byTime = new Map(lists.map((list) => [list.event.timeMs, list]))
      expect(groups.map(({ timeMs }) => timeMs).sort()).toEqual([...byTime.keys()].sort())
      for (const group of groups) {
        const list = byTime.get(group.timeMs)
        expect(group.items.map(({ itemLo }) => idOf(itemLo))).toEqual(list?.event.impression?.items.map(({ itemId }) => itemId))
        if (list) expectGroup(group, list)
      }
      told += groups.length
    }, 25)
    expect(told).toBeGreaterThan(10)
  })
})
