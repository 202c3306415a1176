import { Affinity, AttributeValue, PairCounts, putEntry, Sequence, UserState, Window } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary } from './dictionary'
import { mergeUsers } from './merge-users'
import { partsOfUser } from './parts-of-user'

const NAMES = Array.from({ length: 6 }, (_, i) => i)
const dictionary = compileDictionary(`
name: test
events: { view: {}, buy: { label: positive, consumes: true } }
user:
${NAMES.map((i) => `  - { kind: count, name: views${i}, events: [view], windowMs: 640, buckets: 64 }`).join('\n')}
${NAMES.map((i) => `  - { kind: sequence, name: recent${i}, events: [view], last: 50 }`).join('\n')}
item: [{ kind: id, name: item }]
cross: [{ kind: affinity, name: taste, attribute: genre, unitMs: 50 }]`)

const RECORD_BYTES = 1 << 20

/** A history that is as large as it may get: long ids, long categories. */
function large(seed: {
  readonly categories: number
  readonly items: number
  readonly characters: number
  readonly fromMs: number
}): UserState {
  const { fromMs, characters } = seed
  const long = (i: number): string => `${i}`.padEnd(characters, 'ü')
  const state = UserState.create({
    events: 7,
    valueSum: 3.25,
    valueCount: 2,
    residualSum: 0.5,
    firstSeenMs: fromMs,
    lastSeenMs: fromMs + 900,
  })
  Object.assign(state, { lastItemId: long(3), attributes: { plan: AttributeValue.create({ kind: { $case: 'text', text: 'x' } }) } })
  const buckets = Array.from({ length: 64 }, (_, i) => i + (fromMs % 40))
  for (const i of NAMES) state.windows[`views${i}`] = Window.create({ buckets, counts: buckets.map(() => i + 1), widthMs: 10 })
  const timesMs = Array.from({ length: 50 }, (_, i) => fromMs + 3 * i)
  for (const i of NAMES)
    state.sequences[`recent${i}`] = Sequence.create({ itemIds: timesMs.map(long), timesMs, types: timesMs.map(() => 1) })
  for (let i = 0; i < seed.categories; i++)
    state.categories[`genre=${long(i)}`] = Affinity.create({ weight: i / 3, atMs: fromMs + i, residualSum: i / 7, valueCount: i })
  for (let i = 0; i < seed.items; i++)
    state.items[long(i)] = PairCounts.create({
      counts: [i, 1],
      lastMs: fromMs + i,
      consumed: i % 2 === 0,
      judgements: [{ type: 1, value: i }],
    })
  return state
}

const size = fc.record({ categories: fc.nat(200), items: fc.nat(200), characters: fc.nat(2000), fromMs: fc.nat(500) })

describe('the parts of a user’s history', () => {
  it('add up to the whole, upon a history of one’s own, and each fits into a record', () => {
    fc.assert(
      fc.property(size, size, (mine, theirs) => {
        const session = large(theirs)
        const parts = partsOfUser(session)
        for (const part of parts) expect(UserState.encode(part).finish().length).toBeLessThan(0.6 * RECORD_BYTES)
        const merged = parts.reduce((user, part) => mergeUsers(dictionary, user, part), large(mine))
        expect(merged).toEqual(mergeUsers(dictionary, large(mine), session))
      }),
      { numRuns: 8 },
    )
  })

  it('are several where a record does not take a thousand long categories, and one where it takes all', () => {
    expect(partsOfUser(large({ categories: 1000, items: 0, characters: 600, fromMs: 0 })).length).toBeGreaterThan(2)
    expect(partsOfUser(large({ categories: 10, items: 10, characters: 9, fromMs: 0 }))).toHaveLength(1)
  })

  it('are the same whatever order the history came in, and leave it as it was', () => {
    const state = large({ categories: 300, items: 300, characters: 900, fromMs: 0 })
    const backwards = { ...state, items: {}, categories: {} }
    for (const field of ['items', 'categories'] as const)
      Object.assign(backwards, { [field]: Object.fromEntries(Object.entries(state[field]).reverse()) })
    const bytes = UserState.encode(state).finish()
    const spelled = (of: UserState): string[] => partsOfUser(of).map((part) => JSON.stringify(part))
    expect(spelled(backwards)).toEqual(spelled(state))
    expect(Buffer.compare(UserState.encode(state).finish(), bytes)).toBe(0)
  })

  it('take names that every object inherits for what they are, and no attributes', () => {
    const state = UserState.fromPartial({ events: 1, attributes: { plan: {} } })
    const items: Record<string, PairCounts> = {}
    for (const name of ['__proto__', 'constructor']) putEntry(items, name, PairCounts.create({}))
    const [part, ...others] = partsOfUser({ ...state, items })
    expect(others).toEqual([])
    expect([Object.keys(part.items).sort(), part.attributes]).toEqual([['__proto__', 'constructor'], {}])
  })
})
