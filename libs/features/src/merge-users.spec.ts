import { AttributeValue, Event, ItemState, UserState } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary, meaningOf } from './dictionary'
import { foldUser } from './fold-user'
import { mergeUsers } from './merge-users'

const dictionary = compileDictionary(`
name: test
events:
  view: {}
  buy: { label: positive, consumes: true }
  rate: { label: { atLeast: 4 }, explicit: true }
user:
  - { kind: count, name: views, events: [view], windowMs: 100, buckets: 5 }
  - { kind: rate, name: bought, of: [buy], per: [view], windowMs: 200, buckets: 4 }
  - { kind: sequence, name: recent, events: [view, buy], last: 4 }
item: [{ kind: id, name: item }]
cross: [{ kind: affinity, name: taste, attribute: genre, unitMs: 50 }]`)

interface Deed {
  readonly type: 'view' | 'buy' | 'rate'
  readonly itemId: string
  readonly isSession: boolean
  readonly afterMs: number
}

const deed = fc.record({
  type: fc.constantFrom('view' as const, 'buy' as const, 'rate' as const),
  itemId: fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1'),
  isSession: fc.boolean(),
  afterMs: fc.integer({ min: 1, max: 40 }),
})
const history = fc.array(deed, { minLength: 1, maxLength: 30 })

const genre = (itemId: string): AttributeValue => ({ kind: { $case: 'text', text: itemId[0] } })

function fold(deeds: readonly (Deed & { readonly timeMs: number })[]): UserState | undefined {
  return deeds.reduce<UserState | undefined>((state, { type, itemId, timeMs }) => {
    const meaning = meaningOf(dictionary, type)
    const item = ItemState.create({ attributes: { genre: genre(itemId) } })
    return meaning && foldUser(dictionary, state, { event: Event.create({ type, itemId, timeMs, value: 3 }), meaning, item })
  }, undefined)
}

function timed(deeds: readonly Deed[]): (Deed & { readonly timeMs: number })[] {
  let timeMs = 0
  return deeds.map((each) => ({ ...each, timeMs: (timeMs += each.afterMs) }))
}

/** Without what floats add up to in another order, and what is judged by what came before. */
const exact = ({ categories, residualSum: _, ...state }: UserState): unknown => ({
  ...state,
  categories: Object.fromEntries(Object.entries(categories).map(([key, { atMs, valueCount }]) => [key, { atMs, valueCount }])),
})

describe('a session that turns out to be a user', () => {
  it('leaves the user as if it had done everything itself', () => {
    fc.assert(
      fc.property(history, (deeds) => {
        const all = timed(deeds)
        const whole = fold(all)
        const session = fold(all.filter(({ isSession }) => isSession))
        const user = fold(all.filter(({ isSession }) => !isSession))
        const merged = session === undefined ? user : mergeUsers(dictionary, user, session)
        expect(merged && exact(merged)).toEqual(whole && exact(whole))
        for (const [key, { weight }] of Object.entries(whole?.categories ?? {}))
          expect(merged?.categories[key].weight).toBeCloseTo(weight, 4)
      }),
    )
  })

  it('brings no attributes: those are the catalogue’s, and the user’s own', () => {
    const user = UserState.create({ attributes: { genre: genre('a') } })
    const session = UserState.create({ attributes: { genre: genre('b') }, events: 2 })
    expect(mergeUsers(dictionary, user, session)).toMatchObject({ attributes: { genre: genre('a') }, events: 2 })
  })
})
