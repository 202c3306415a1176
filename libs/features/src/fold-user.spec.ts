import { AttributeValue, Event, ItemState, UserState } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary, meaningOf } from './dictionary'
import { foldCatalogUser, foldDeletedUser, foldForgottenUser, foldUser, isConsumed, residualOf } from './fold-user'
import { halving } from './halving'

const dictionary = compileDictionary(`
name: test
events:
  view: { weight: 0.5 }
  buy: { label: positive, consumes: true }
  rate: { label: { atLeast: 4 }, explicit: true, consumes: true }
  shown: { impression: true }
value: { prior: 3, weight: 2 }
remember: { items: 4, categories: 100 }
user:
  - { kind: id, name: user }
  - { kind: count, name: views, events: [view, shown], windowMs: 100, buckets: 5 }
  - { kind: sequence, name: recent, events: [view, buy], last: 3 }
  - { kind: sequence, name: liked, events: [rate], last: 2, atLeast: 4 }
item: [{ kind: id, name: item }]
cross: [{ kind: affinity, name: taste, attribute: genre, unitMs: 50 }]`)

interface Deed {
  readonly type: 'view' | 'buy' | 'rate'
  readonly itemId: string
  readonly timeMs: number
  readonly value?: number
}

const text = (value: string): AttributeValue => ({ kind: { $case: 'text', text: value } })
/** The genre of an item is its first letter; its mean is 4. */
const itemOf = (itemId: string): ItemState =>
  ItemState.create({ attributes: { genre: text(itemId[0]) }, valueSum: 4 * 1000 - 3 * 2 + 4 * 2, valueCount: 1000 })

function fold(state: UserState | undefined, deed: Deed, item: ItemState | undefined = itemOf(deed.itemId)): UserState {
  const meaning = meaningOf(dictionary, deed.type)
  if (meaning === undefined) throw new RangeError(deed.type)
  return foldUser(dictionary, state, { event: Event.create({ userId: 'u', ...deed }), meaning, item })
}

const foldAll = (deeds: readonly Deed[]): UserState | undefined =>
  deeds.reduce<UserState | undefined>((state, deed) => fold(state, deed), undefined)

const deeds = fc.array(
  fc.record({
    type: fc.constantFrom('view' as const, 'buy' as const, 'rate' as const),
    itemId: fc.constantFrom('a1', 'a2', 'b1'),
    timeMs: fc.nat(300),
    value: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 30 },
)
const inTime = (of: readonly Deed[]): Deed[] => [...of].sort((a, b) => a.timeMs - b.timeMs)

describe('folding a user', () => {
  it('agrees with a recount of all events', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const state = foldAll(all)
        const rated = all.filter(({ type }) => type === 'rate')
        expect(state).toMatchObject({
          events: all.length,
          firstSeenMs: Math.min(...all.map(({ timeMs }) => timeMs)) || expect.any(Number),
          lastSeenMs: Math.max(...all.map(({ timeMs }) => timeMs)),
          valueCount: rated.length,
          valueSum: rated.reduce((sum, { value }) => sum + (value ?? 0), 0),
          lastItemId: all[all.length - 1].itemId,
        })
        for (const itemId of new Set(all.map((deed) => deed.itemId))) {
          const counts = ['view', 'buy', 'rate'].map((type) => all.filter((deed) => deed.type === type && deed.itemId === itemId).length)
          expect(state?.items[itemId].counts.slice(0, 3)).toEqual(counts)
        }
      }),
    )
  })

  it('remembers the last items of a sequence in the order of time, late ones included', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const due = inTime(all.filter(({ type }) => type !== 'rate')).map(({ timeMs }) => timeMs)
        expect(foldAll(all)?.sequences.recent?.timesMs ?? []).toEqual(due.slice(-3))
      }),
    )
  })

  it('remembers no more of a sequence than another dictionary asks for', () => {
    const before = foldAll(['a1', 'a2', 'b1'].map((itemId, timeMs) => ({ type: 'view', itemId, timeMs })))
    const shorter = compileDictionary(dictionary.text.replace('last: 3', 'last: 1'))
    const meaning = meaningOf(shorter, 'view')
    const event = Event.create({ type: 'view', itemId: 'b2', timeMs: 3 })
    expect(meaning && foldUser(shorter, before, { event, meaning, item: undefined }).sequences.recent.itemIds).toEqual(['b2'])
  })

  it('takes into a sequence only values that it asks for', () => {
    const state = foldAll([1, 4, 3, 5].map((value, i) => ({ type: 'rate', itemId: `a${i}`, timeMs: i, value })))
    expect(state?.sequences.liked).toMatchObject({ itemIds: ['a1', 'a3'], timesMs: [1, 3] })
  })

  it('sums activity by category, halving with time', () => {
    fc.assert(
      fc.property(deeds.map(inTime), (all) => {
        const state = foldAll(all)
        const endMs = all[all.length - 1].timeMs
        const weight = { view: 0.5, buy: 1, rate: 1 }
        const naive = all.reduce((sum, { type, timeMs }) => sum + weight[type] * 2 ** -((endMs - timeMs) / 50), 0)
        const total = state?.categories.genre ?? { weight: 0, atMs: 0 }
        expect(total.weight * halving((endMs - total.atMs) / 50)).toBeCloseTo(naive, 3)
        const parts = ['genre=a', 'genre=b'].map((key) => state?.categories[key])
        const together = parts.reduce((sum, part) => sum + (part ? part.weight * halving((endMs - part.atMs) / 50) : 0), 0)
        expect(together).toBeCloseTo(total.weight, 3)
      }),
    )
  })

  it('holds a value against the item’s mean, so that nobody is mild for choosing well', () => {
    const state = fold(undefined, { type: 'rate', itemId: 'a1', timeMs: 1, value: 5 })
    expect(state.residualSum).toBeCloseTo(1, 6)
    expect(fold(undefined, { type: 'rate', itemId: 'x', timeMs: 1, value: 5 }, ItemState.create({})).residualSum).toBe(2)
  })

  it('consumes an item by a positive event of a consuming type, and by no other', () => {
    const state = foldAll([
      { type: 'view', itemId: 'a1', timeMs: 1 },
      { type: 'rate', itemId: 'a2', timeMs: 2, value: 3 },
      { type: 'rate', itemId: 'b1', timeMs: 3, value: 4 },
      { type: 'view', itemId: 'b1', timeMs: 4 },
    ])
    expect(['a1', 'a2', 'b1', 'c'].map((itemId) => isConsumed(state, itemId))).toEqual([false, false, true, false])
    expect(isConsumed(undefined, 'a1')).toBe(false)
  })

  it('forgets what was only looked at before what was consumed', () => {
    const bought: Deed = { type: 'buy', itemId: 'kept', timeMs: 0 }
    const looked = Array.from({ length: 31 }, (_, i): Deed => ({ type: 'view', itemId: `v${i}`, timeMs: i + 1 }))
    expect(Object.keys(foldAll([bought, ...looked])?.items ?? {}).sort()).toEqual(['kept', 'v28', 'v29', 'v30'])
  })

  it('counts a shown list in windows, an item each, and as nothing else', () => {
    const items = ['a', 'b', 'c'].map((itemId) => ({ itemId, score: 0, propensity: 0, ids: new Uint8Array(0), numbers: new Uint8Array(0) }))
    const shown = Event.fromPartial({ userId: 'u', type: 'shown', timeMs: 7, impression: { items } })
    const meaning = meaningOf(dictionary, 'shown')
    const state = meaning && foldUser(dictionary, undefined, { event: shown, meaning, item: undefined })
    expect(state).toMatchObject({ windows: { views: { buckets: [0], counts: [3] } }, events: 0, items: {} })
  })

  it('survives its own bytes', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const state = foldAll(all)
        if (state) expect(UserState.decode(UserState.encode(state).finish())).toEqual(state)
      }),
    )
  })
})

describe('forgetting a user', () => {
  it('leaves nothing but what the catalogue says', () => {
    const attributes = { plan: text('pro') }
    expect(foldForgottenUser(UserState.create({ attributes, events: 3, lastItemId: 'a' }))).toEqual(UserState.create({ attributes }))
    expect(foldForgottenUser(fold(undefined, { type: 'view', itemId: 'a1', timeMs: 1 }))).toBeUndefined()
    expect(foldForgottenUser(undefined)).toBeUndefined()
  })

  it('is not leaving the catalogue, which leaves what the user did', () => {
    const state = foldCatalogUser(fold(undefined, { type: 'view', itemId: 'a1', timeMs: 1 }), {
      userId: 'u',
      attributes: { plan: text('pro') },
    })
    expect(foldDeletedUser(state)).toMatchObject({ attributes: {}, events: 1 })
    expect(foldDeletedUser(UserState.create({ attributes: { plan: text('pro') } }))).toBeUndefined()
    expect(foldDeletedUser(undefined)).toBeUndefined()
    const shown = UserState.create({ windows: { views: { buckets: [1], counts: [2], widthMs: 20 } } })
    expect(foldDeletedUser(shown)).toEqual(shown)
  })
})

describe('a user of the catalogue', () => {
  it('keeps what it did when its attributes are replaced', () => {
    const state = fold(undefined, { type: 'view', itemId: 'a1', timeMs: 1 })
    const upserted = foldCatalogUser(state, { userId: 'u', attributes: { plan: text('pro') } })
    expect(upserted).toMatchObject({ attributes: { plan: text('pro') }, events: 1 })
    expect(foldCatalogUser(undefined, { userId: 'u', attributes: {} })).toMatchObject({ events: 0 })
  })

  it('was first seen at its first event, not at its upsert', () => {
    const state = foldCatalogUser(undefined, { userId: 'u', attributes: {} })
    expect(fold(state, { type: 'view', itemId: 'a1', timeMs: 9 }).firstSeenMs).toBe(9)
  })
})

describe('a residual', () => {
  const rate = meaningOf(dictionary, 'rate')
  const view = meaningOf(dictionary, 'view')

  it('is what a value lies above the mean of its user’s others', () => {
    const before = UserState.create({ valueSum: 10, valueCount: 2 })
    expect(rate && residualOf(dictionary, before, { event: Event.create({ value: 5 }), meaning: rate })).toBe(5 - (10 + 3 * 2) / 4)
    expect(rate && residualOf(dictionary, undefined, { event: Event.create({ value: 5 }), meaning: rate })).toBe(2)
  })

  it('does not exist where a value is no judgement, or missing', () => {
    expect(view && residualOf(dictionary, undefined, { event: Event.create({ value: 5 }), meaning: view })).toBeUndefined()
    expect(rate && residualOf(dictionary, undefined, { event: Event.create({}), meaning: rate })).toBeUndefined()
  })
})
