import { type EventRecord, type ExampleGroup, LabelSource } from '@freshet/contracts'
import { compileDictionary } from '@freshet/features'
import { hash64 } from '@freshet/kernel'
import fc from 'fast-check'
import { KnownItems } from './known-items'
import { memoryStates } from './memory-states'
import { naiveJoins } from './naive-joins.fixture'
import { PartitionFold } from './partition-fold'
import { eventRecord, shownItem, testDictionaryText, tickRecord } from './records.fixture'

const USERS = ['u', 'v']
const ITEMS = ['a', 'b', 'c']
const STEP_MS = 500 // coarse, so that deadlines meet
const dictionary = compileDictionary(`${testDictionaryText.replace('joinWindowMs: 10000', 'joinWindowMs: 4000')}lateLabelMs: 6000`)

const happening = fc.record({
  what: fc.constantFrom('click', 'click', 'purchase', 'rating', 'look', 'impression', 'impression', 'tick', 'tick'),
  user: fc.constantFrom('u', 'u', 'v'),
  item: fc.constantFrom(...ITEMS),
  shown: fc.array(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 4 }),
  request: fc.constantFrom('', 'r', 'r', 'q'),
  id: fc.nat(60),
  /** Ticks come every few seconds; events may be a few seconds behind or ahead. */
  afterMs: fc.nat(8).map((steps) => steps * STEP_MS),
  shiftMs: fc.integer({ min: -6, max: 2 }).map((steps) => steps * STEP_MS),
  value: fc.constantFrom(undefined, 3, 5),
})

function recordsOf(happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[]): EventRecord[] {
  let nowMs = 5000
  const records = happenings.map(({ what, user, item, shown, request, id, afterMs, shiftMs, value }) => {
    nowMs += afterMs
    if (what === 'tick') return tickRecord(nowMs)
    const shared = { type: what, userId: user, eventId: `e${id}`, timeMs: nowMs + shiftMs, requestId: request, value }
    if (what !== 'impression') return eventRecord({ ...shared, itemId: item })
    const empty = new Uint8Array(0)
    const impression = { surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 }
    return eventRecord({ ...shared, impression: { ...impression, items: shown.map(shownItem) } })
  })
  return [...records, tickRecord(nowMs + 60_000)]
}

const nameOf = (names: readonly string[], lo: number): string => names.find((name) => hash64(name).lo === lo) ?? '?'

function spell({ sourceOffset, userLo, items }: ExampleGroup): string {
  const real = items.filter(({ source }) => source !== LabelSource.LABEL_SOURCE_SAMPLED)
  const spelled = real.map(({ itemLo, label, source }) => {
    return `${nameOf(ITEMS, itemLo)} ${label} ${source === LabelSource.LABEL_SOURCE_SERVED ? 'served' : 'said'}`
  })
  return `${sourceOffset} ${nameOf(USERS, userLo)}: ${spelled.join(', ')}`
}

describe('joins', () => {
  it('yield, record by record, what the whole history says of it: clicks before, within and after windows, late ones, repeated ones', () => {
    const met = { served: 0, late: 0, lateLabels: 0, duplicates: 0 }
    fc.assert(
      fc.property(fc.array(happening, { minLength: 8, maxLength: 36 }), (happenings) => {
        const records = recordsOf(happenings)
        const fold = new PartitionFold({ dictionary, partition: 0, partitions: 1, states: memoryStates(new KnownItems()) })
        records.forEach((record, offset) => fold.event(record, { offset, candidates: [] }))
        const groups = fold.effects.takeGroups().map(({ group }) => group)
        expect(groups.map(spell)).toEqual(naiveJoins(dictionary, records))
        expect(new Set(groups.map(({ sourceOffset, ordinal }) => `${sourceOffset}.${ordinal}`)).size).toBe(groups.length)
        met.served += groups.filter(({ items }) =>
          items.some(({ label, source }) => label === 1 && source === LabelSource.LABEL_SOURCE_SERVED),
        ).length
        met.late += fold.state.late
        met.lateLabels += fold.state.lateLabels
        met.duplicates += fold.state.duplicates
      }),
      { numRuns: 150 },
    )
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(5)
  })
})
