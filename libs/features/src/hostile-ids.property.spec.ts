import { type AttributeValue, Event, ItemState, UserState, entryOf } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary, meaningOf } from './dictionary'
import { foldCatalogItem } from './fold-item'
import { foldUser, isConsumed } from './fold-user'
import { mergeUsers } from './merge-users'
import { partsOfUser } from './parts-of-user'
import { crossPart, crossWriter, itemPart, userPart } from './parts'
import { personalIds } from './personal-ids'

/** Names that every object answers to. */
const HOSTILE = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__lookupGetter__']
/** In the same order, since equal ranks leave by the order of their keys. */
const PLAIN = new Map([...HOSTILE].sort().map((id, i) => [id, `plain${i}`]))

const dictionaryOf = (name: string, attribute: string) =>
  compileDictionary(`
name: hostile
events:
  view: { weight: 0.5 }
  buy: { label: positive, consumes: true }
  rate: { label: { atLeast: 4 }, explicit: true, consumes: true }
  return: { label: negative, corrects: [buy, rate] }
value: { prior: 3, weight: 2 }
remember: { items: 3, categories: 4 }
user:
  - { kind: id, name: user }
  - { kind: count, name: ${name}, events: [view], windowMs: 100, buckets: 5 }
  - { kind: sequence, name: ${name}_last, events: [view, buy, rate], last: 3, atLeast: 0 }
item:
  - { kind: category, name: item_kind, attribute: ${attribute} }
  - { kind: rate, name: ${name}, of: [buy], per: [view], windowMs: 100 }
cross:
  - { kind: pair, name: did, events: [view, buy] }
  - { kind: affinity, name: taste, attribute: ${attribute}, unitMs: 50 }
  - { kind: cross, name: both, user: last, item: ${attribute} }
context: [{ kind: key, name: situation, key: ${attribute} }]`)

interface Deed {
  readonly type: string
  readonly itemId: string
  readonly timeMs: number
  readonly value: number
}

const history = fc.array(
  fc.record({
    type: fc.constantFrom('view', 'buy', 'rate', 'return'),
    itemId: fc.constantFrom(...HOSTILE),
    timeMs: fc.nat(300),
    value: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 80 },
)

/** A house in which ids, names and attributes are as given: what it computes may depend on nothing but which of them are equal. */
function houseOf(attribute: string, feature: string) {
  const dictionary = dictionaryOf(feature, attribute)
  const item = (value: string): ItemState => {
    const kind: AttributeValue = { kind: { $case: 'text', text: value } }
    const attributes = JSON.parse(JSON.stringify({ [attribute]: kind })) as Record<string, AttributeValue>
    return stored(ItemState, foldCatalogItem(undefined, { itemId: 'any', attributes, unavailable: false, createdMs: 1 }, 1))
  }
  const fold = (deeds: readonly Deed[]): UserState | undefined =>
    deeds.reduce<UserState | undefined>((state, { value, ...deed }) => {
      const meaning = meaningOf(dictionary, deed.type)
      const event = Event.create({ userId: 'u', ...deed, value: deed.type === 'rate' ? value : undefined })
      return meaning && stored(UserState, foldUser(dictionary, state, { event, meaning, item: item('kind') }))
    }, undefined)
  return { dictionary, item, fold }
}

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array }
  decode(bytes: Uint8Array): T
}
const stored = <T>(codec: Codec<T>, state: T): T => codec.decode(codec.encode(state).finish())

const renamed = (deeds: readonly Deed[]): Deed[] => deeds.map((deed) => ({ ...deed, itemId: PLAIN.get(deed.itemId) ?? '' }))

/** A state as it would be with plain ids. */
function plainly({ items, sequences, lastItemId, ...state }: UserState): unknown {
  const name = (id: string): string => PLAIN.get(id) ?? id
  return {
    ...state,
    items: Object.fromEntries(Object.entries(items).map(([id, pair]) => [name(id), pair])),
    sequences: Object.fromEntries(Object.entries(sequences).map(([of, all]) => [of, { ...all, itemIds: all.itemIds.map(name) }])),
    lastItemId: name(lastItemId),
  }
}

const hostile = houseOf('constructor', 'constructor')
const plain = houseOf('kind', 'constructor')

describe('an id that every object answers to', () => {
  it('folds, and is forgotten, as any other', () => {
    fc.assert(
      fc.property(history, (deeds) => {
        const state = plain.fold(deeds)
        expect(state && plainly(state)).toEqual(plain.fold(renamed(deeds)))
      }),
    )
  })

  it('moves from a session to its user as any other', () => {
    fc.assert(
      fc.property(history, history, (own, of) => {
        const merged = (deeds: readonly Deed[], session: readonly Deed[]): UserState | undefined =>
          partsOfUser(plain.fold(session) ?? UserState.create({})).reduce(
            (user, part) => mergeUsers(plain.dictionary, user, stored(UserState, part)),
            plain.fold(deeds),
          )
        const state = merged(own, of)
        expect(state && plainly(state)).toEqual(merged(renamed(own), renamed(of)))
      }),
    )
  })

  it('is nothing to a user who never met it: neither to features nor to answers', () => {
    const { dictionary, item } = plain
    for (const itemId of HOSTILE) {
      const scope = { userId: 'u', user: UserState.create({}), itemId, item: item('kind'), context: {}, nowMs: 9 }
      expect([...crossPart(dictionary, scope).numbers]).toEqual([...crossPart(dictionary, { ...scope, itemId: 'plain' }).numbers])
      expect(isConsumed(scope.user, itemId)).toBe(false)
    }
  })

  it('has the numbers of a cross part that any other would have', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...HOSTILE), (deeds, itemId) => {
        const { dictionary, item, fold } = plain
        const numbersOf = (user: UserState | undefined, id: string): number[] => {
          const scope = { userId: 'u', user, itemId: id, item: item('kind'), context: {}, nowMs: 300 }
          const part = crossPart(dictionary, scope)
          const written = crossPart(dictionary, { ...scope, itemId: 'another' })
          crossWriter(dictionary)(written, scope)
          expect(written).toEqual(part)
          return [...part.numbers]
        }
        expect(numbersOf(fold(deeds), itemId)).toEqual(numbersOf(fold(renamed(deeds)), PLAIN.get(itemId) ?? ''))
        expect(isConsumed(fold(deeds), itemId)).toBe(isConsumed(fold(renamed(deeds)), PLAIN.get(itemId) ?? ''))
      }),
    )
  })

  it('is found among what is forgotten with a user', () => {
    const byItem = compileDictionary(plain.dictionary.text.replace('name: both, user: last, item: kind', 'name: both, user: id, item: id'))
    const user = plain.fold(HOSTILE.map((itemId, timeMs) => ({ type: 'buy', itemId, timeMs, value: 0 })))
    const ids = personalIds(byItem, { userId: 'u', user, item: () => undefined })
    expect(ids).toHaveLength((1 + HOSTILE.length) * 8)
  })
})

describe('an attribute, a situation or a feature that is named as what every object answers to', () => {
  it('says what it would say under another name', () => {
    fc.assert(
      fc.property(history, (deeds) => {
        const partsOf = ({ dictionary, item, fold }: typeof hostile, attribute: string): unknown => {
          const user = fold(deeds)
          const context = { [attribute]: 'evening' }
          const scope = { userId: 'u', user, itemId: 'toString', item: item('red'), context, nowMs: 300 }
          const parts = [
            userPart(dictionary, user, { userId: 'u', nowMs: 300 }),
            itemPart(dictionary, scope.item, { itemId: 'x', nowMs: 300 }),
          ]
          return [...parts, crossPart(dictionary, scope)]
        }
        expect(partsOf(hostile, 'constructor')).toEqual(partsOf(plain, 'kind'))
        expect(partsOf(houseOf('__proto__', 'constructor'), '__proto__')).toEqual(partsOf(plain, 'kind'))
      }),
      { numRuns: 30 },
    )
  })

  it('says nothing where it is not there', () => {
    const unknown = itemPart(hostile.dictionary, ItemState.create({ attributes: {} }), { itemId: 'x', nowMs: 1 })
    expect([...unknown.ids]).toEqual([0, 0])
    expect(entryOf(ItemState.create({}).attributes, 'constructor')).toBeUndefined()
  })
})
