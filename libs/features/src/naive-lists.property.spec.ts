import { AttributeValue, Event, ItemState, UserState } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary, meaningOf } from './dictionary'
import { foldUser } from './fold-user'
import { mergeUsers } from './merge-users'
import { userPart } from './parts'

const dictionary = compileDictionary(`
name: naive
events:
  view: { weight: 0.5 }
  buy: { label: positive, consumes: true }
user:
  - { kind: sequence, name: recent, events: [view, buy], last: 4 }
  - { kind: sequence, name: bought, events: [buy], last: 2 }
  - { kind: count, name: views, events: [view], windowMs: 100, buckets: 5 }
item: [{ kind: id, name: item }]
cross: [{ kind: affinity, name: taste, attribute: genre, unitMs: 50 }]`)
const [WEIGHTS, TYPES] = [{ view: 0.5, buy: 1 }, ['view', 'buy'] as const]
const deed = fc.record({
  type: fc.constantFrom(...TYPES),
  itemId: fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1'),
  timeMs: fc.integer({ min: 1, max: 30 }).map((steps) => steps * 10), // many of one moment
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never
const history = fc.array(deed, { minLength: 1, maxLength: 24 }) // too few for anything to be forgotten

/** The genre of an item is its first letter. */
const itemOf = (itemId: string): ItemState =>
  ItemState.create({ attributes: { genre: AttributeValue.create({ kind: { $case: 'text', text: itemId[0] } }) } })

function fold(state: UserState | undefined, each: Deed): UserState | undefined {
  const meaning = meaningOf(dictionary, each.type)
  const event = Event.create({ userId: 'u', ...each })
  return meaning && foldUser(dictionary, state, { event, meaning, item: itemOf(each.itemId) })
}
const foldAll = (deeds: readonly Deed[]): UserState | undefined => deeds.reduce<UserState | undefined>(fold, undefined)

const newestMs = (deeds: readonly Deed[]): number => Math.max(...deeds.map(({ timeMs }) => timeMs))
/** A sort that is stable: of one moment, the order of arrival. */
const inTime = (deeds: readonly Deed[]): Deed[] => [...deeds].sort((a, b) => a.timeMs - b.timeMs)

function naiveSequence(deeds: readonly Deed[], last: number): unknown {
  const newest = inTime(deeds).slice(-last)
  return {
    itemIds: newest.map(({ itemId }) => itemId),
    timesMs: newest.map(({ timeMs }) => timeMs),
    types: newest.map(({ type }) => TYPES.indexOf(type) + 1),
  }
}

/** Each deed counts whole at the newest moment that was known when it came, and halves from there. */
function naiveAffinity(deeds: readonly Deed[]): unknown {
  const atMs = newestMs(deeds)
  const weights = deeds.map(({ type }, i) => WEIGHTS[type] * 2 ** -((atMs - newestMs(deeds.slice(0, i + 1))) / 50))
  return {
    atMs,
    weight: expect.closeTo(
      weights.reduce((sum, weight) => sum + weight),
      3,
    ) as number,
  }
}

function expectNaive(state: UserState | undefined, deeds: readonly Deed[]): void {
  const bought = deeds.filter(({ type }) => type === 'buy')
  expect(state?.sequences.recent).toEqual(naiveSequence(deeds, 4))
  if (bought.length > 0) expect(state?.sequences.bought).toEqual(naiveSequence(bought, 2))
  for (const itemId of new Set(deeds.map((each) => each.itemId))) {
    const own = deeds.filter((each) => each.itemId === itemId)
    const counts = TYPES.map((type) => own.filter((each) => each.type === type).length)
    expect(state?.items[itemId]).toMatchObject({ counts, lastMs: newestMs(own), consumed: counts[1] > 0 })
  }
}

describe('the lists and times of a user', () => {
  it('are after each deed what all deeds so far say, late ones and those of the same moment included', () => {
    fc.assert(
      fc.property(history, (deeds) => {
        deeds.reduce<UserState | undefined>((state, each, i) => {
          const next = fold(state, each)
          expectNaive(next, deeds.slice(0, i + 1))
          return next
        }, undefined)
      }),
    )
  })

  it('are those of both where a session turns out to be its user, whose own come first of one moment', () => {
    fc.assert(
      fc.property(history, history, (own, session) => {
        const [user, other] = [own, session].map(foldAll)
        const merged = other && mergeUsers(dictionary, user, other)
        expectNaive(merged, [...own, ...session])
        expect(merged?.lastItemId).toBe((newestMs(session) > newestMs(own) ? session : own).at(-1)?.itemId)
      }),
    )
  })
})

describe('a taste', () => {
  it('halves with time from the newest moment that was known when a deed came, whichever was late', () => {
    fc.assert(
      fc.property(history, (deeds) => {
        const state = foldAll(deeds)
        expect(state?.categories.genre).toMatchObject(naiveAffinity(deeds) as object)
        for (const genre of new Set(deeds.map(({ itemId }) => itemId[0]))) {
          const own = deeds.filter(({ itemId }) => itemId.startsWith(genre))
          expect(state?.categories[`genre=${genre}`]).toMatchObject(naiveAffinity(own) as object)
        }
      }),
    )
  })
})

describe('a count', () => {
  it('is at any moment that of the events in its running bucket and the whole ones before it, of those that the newest event leaves', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 400 }), (deeds, nowMs) => {
        const views = deeds.filter(({ type }) => type === 'view').map(({ timeMs }) => Math.floor(timeMs / 20))
        const left = views.filter((bucket) => bucket > Math.max(...views) - 5)
        const count = left.filter((bucket) => bucket > Math.floor(nowMs / 20) - 5 && bucket <= Math.floor(nowMs / 20)).length
        const { numbers } = userPart(dictionary, foldAll(deeds), { userId: 'u', nowMs })
        expect(numbers[0]).toBeCloseTo(Math.log1p(count), 5)
      }),
    )
  })

  it('reaches back as long as was declared, less what is left of the running bucket: it never sees further', () => {
    const seen = (ageMs: number, nowMs: number): number =>
      userPart(dictionary, foldAll([{ type: 'view', itemId: 'a1', timeMs: nowMs - ageMs }]), { userId: 'u', nowMs }).numbers[0]
    for (let nowMs = 1000; nowMs < 1020; nowMs++)
      expect([0, 40, 80, 100, 101, 140].map((ageMs) => seen(ageMs, nowMs) > 0)).toEqual([true, true, true, false, false, false])
    expect([seen(81, 1000), seen(99, 1019)].map((value) => value > 0)).toEqual([false, true])
  })
})
