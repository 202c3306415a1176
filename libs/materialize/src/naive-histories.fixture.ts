import type { AttributeValue, CatalogRecord, EventRecord } from '@freshet/contracts'
import fc from 'fast-check'
import { DICTIONARIES } from './naive-dictionaries.fixture'
import type { NaiveRecord } from './naive-house.fixture'
import { eventRecord, shownItem } from './records.fixture'

export const USERS = ['ada', 'bob']
export const SESSIONS = ['web', 'app']
export const ITEMS = ['a', 'b', 'c', 'd', 'e']
const GENRES = [['war'], ['war', 'love'], ['love'], ['toys'], ['art']]

/** Coarse times, so that many share a millisecond; where deeds go on, they are up to seven steps late or ahead. */
const STEP_MS = 10_000

/** What happens, of which types, to whom and to what. */
interface Scene {
  readonly types: readonly string[]
  readonly others: readonly string[]
  readonly whom: readonly number[]
  readonly items: readonly number[]
  readonly values: readonly (number | undefined)[]
}

const happeningOf = ({ types, others, whom, items, values }: Scene) =>
  fc.record({
    what: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...types) }, { weight: 1, arbitrary: fc.constantFrom(...others) }),
    who: fc.constantFrom(...whom),
    item: fc.constantFrom(...items),
    shown: fc.array(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 4 }),
    id: fc.nat(400),
    afterMs: fc.constantFrom(0, 0, 1, 2).map((steps) => steps * STEP_MS),
    shiftMs: fc.integer({ min: -7, max: 3 }).map((steps) => steps * STEP_MS),
    value: fc.constantFrom(...values),
    number: fc.nat(9),
  })

const anything = happeningOf({
  types: ['view', 'click', 'buy', 'buy', 'rate', 'rate', 'return', 'return', 'unsee', 'glance', 'shown', 'share', 'unheard'],
  others: ['forget', 'link', 'dictionary', 'item', 'user', 'goneItem', 'goneUser'],
  whom: [0, 0, 0, 0, 1, 2, 2, 3],
  items: [0, 0, 1, 2, 3, 4],
  values: [undefined, 1, 3, 4, 5],
})

/** Somebody who changes a mind about one item more often than is remembered. */
const wavering = happeningOf({
  types: ['rate', 'rate', 'rate', 'rate', 'view', 'buy', 'return', 'unsee'],
  others: ['link', 'dictionary', 'dictionary'],
  whom: [0, 0, 2],
  items: [0, 0, 0, 0, 0, 0, 1],
  values: [undefined, 1, 3, 3, 3, 3, 3, 5],
})

const lengthy = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 10, maxLength: 110, size: 'max' })

/** Histories of two users and two sessions, with whatever may happen to them: late, repeated, at the same moment, taken back before it was done. */
export const histories = fc.oneof({ weight: 2, arbitrary: lengthy(anything) }, { weight: 1, arbitrary: lengthy(wavering) }).map(recordsOf)

type Happening = typeof anything extends fc.Arbitrary<infer T> ? T : never

function recordsOf(happenings: readonly Happening[]): NaiveRecord[] {
  let nowMs = 1_000_000
  return happenings.map((each, at) => {
    nowMs += each.afterMs
    const catalog = catalogRecord(each, nowMs)
    return catalog === undefined ? { events: recordOf(each, nowMs, at) } : { catalog: { record: catalog, timeMs: nowMs } }
  })
}

const whomOf = (who: number): { readonly userId: string; readonly sessionId: string } =>
  who < 2 ? { userId: USERS[who], sessionId: '' } : { userId: '', sessionId: SESSIONS[who - 2] }

function recordOf({ what, who, item, shown, id, shiftMs, value, number }: Happening, nowMs: number, at: number): EventRecord {
  const whom = whomOf(who)
  const place = { sequence: 0, acceptedMs: nowMs }
  if (what === 'forget') return { record: { $case: 'forget', forget: whom }, ...place }
  if (what === 'link') return { record: { $case: 'link', link: { sessionId: SESSIONS[who % 2], userId: USERS[item % 2] } }, ...place }
  if (what === 'dictionary') {
    const { text, hash } = DICTIONARIES[1 + (item % 2)]
    return { record: { $case: 'dictionary', dictionary: { number, hash, text } }, ...place }
  }
  const context: Record<string, string> = number < 5 ? { device: `d${number}` } : {}
  const shared = { type: what, ...whom, eventId: `${who}.${id}`, timeMs: nowMs + shiftMs, context }
  if (what !== 'shown') return { ...eventRecord({ ...shared, itemId: ITEMS[item], value }), ...place }
  const empty = new Uint8Array(0)
  const impression = { surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 }
  const timeMs = shared.timeMs + at // lists are told apart by their moments
  return {
    ...eventRecord({ ...shared, timeMs, requestId: `r${at}`, impression: { ...impression, items: shown.map(shownItem) } }),
    ...place,
  }
}

const texts = (values: string[]): AttributeValue => ({ kind: { $case: 'texts', texts: { values } } })

function catalogRecord({ what, who, item, number }: Happening, nowMs: number): CatalogRecord['record'] {
  const itemId = ITEMS[item]
  const createdMs = number < 5 ? 0 : nowMs - 100_000
  if (what === 'item')
    return {
      $case: 'item',
      item: { itemId, attributes: { genre: texts(GENRES[(item + number) % 5]) }, unavailable: number > 7, createdMs },
    }
  if (what === 'goneItem') return { $case: 'deletedItemId', deletedItemId: itemId }
  if (what === 'user') return { $case: 'user', user: { userId: USERS[who % 2], attributes: { town: texts([`t${number}`]) } } }
  return what === 'goneUser' ? { $case: 'deletedUserId', deletedUserId: USERS[who % 2] } : undefined
}

/** All items are in the catalogue at first, but the last one. */
export const catalogue: readonly NaiveRecord[] = ITEMS.slice(0, -1).map((itemId, i) => ({
  catalog: {
    record: { $case: 'item', item: { itemId, attributes: { genre: texts(GENRES[i]) }, unavailable: false, createdMs: 0 } },
    timeMs: 1,
  },
}))
