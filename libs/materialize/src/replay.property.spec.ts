import { type EventRecord, ExampleGroup, LabelSource, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { compileDictionary, userKey } from '@freshet/features'
import { partitionOf, randomUnit } from '@freshet/kernel'
import fc from 'fast-check'
import { Crash, type Engines, LogHouse } from './log-house.fixture'
import { eventRecord, shownItem, testDictionaryText, tickRecord } from './records.fixture'

const named = (prefix: string, partition: number): string[] =>
  Array.from({ length: 40 }, (_, i) => `${prefix}${i}`).filter((id) => partitionOf(id, 2) === partition)
const USERS = named('u', 0).slice(0, 2)
const ITEMS = named('i', 1).slice(0, 4) // whatever users of partition 0 do to them is folded in partition 1
const SESSIONS = [0, 1].map((partition) => named('s:', partition)[0].slice(2))
const dictionaries = [3000, 9000].map((joinWindowMs) =>
  compileDictionary(testDictionaryText.replace('joinWindowMs: 10000', `joinWindowMs: ${joinWindowMs}`)),
)

const happening = fc.record({
  what: fc.constantFrom('click', 'click', 'purchase', 'rating', 'impression', 'impression', 'tick', 'forget', 'dictionary', 'link'),
  who: fc.nat(2),
  item: fc.constantFrom(...ITEMS),
  request: fc.constantFrom('', 'r', 'q'),
  id: fc.nat(60),
  afterMs: fc.nat(2500),
})
const history = fc.array(happening, { minLength: 4, maxLength: 40 })
type Happening = typeof history extends fc.Arbitrary<infer T> ? T : never

interface Whom {
  readonly userId: string
  readonly sessionId: string
}

function recordsOf(happenings: Happening, whomOf: (who: number) => Whom): EventRecord[] {
  let timeMs = 1000
  return happenings.map(({ what, who, item, request, id, afterMs }, at) => {
    timeMs += afterMs
    const whom = whomOf(who)
    const acceptedMs = timeMs
    if (what === 'tick') return tickRecord(timeMs)
    if (what === 'forget') return { record: { $case: 'forget', forget: whom }, sequence: 0, acceptedMs }
    if (what === 'link') {
      const link = { sessionId: SESSIONS[who % 2], userId: USERS[0] }
      return { record: { $case: 'link', link }, sequence: 0, acceptedMs }
    }
    if (what === 'dictionary') {
      const { hash, text } = dictionaries[who % 2]
      return { record: { $case: 'dictionary', dictionary: { number: at + 1, hash, text } }, sequence: 0, acceptedMs }
    }
    const shared = { type: what, ...whom, eventId: `e${id}`, timeMs, requestId: request && `${request}${listsOf(whom)}`, value: 4 }
    if (what !== 'impression') return eventRecord({ ...shared, itemId: item })
    const empty = new Uint8Array(0)
    const impression = { surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 }
    return eventRecord({ ...shared, impression: { ...impression, items: ITEMS.slice(0, 3).map(shownItem) } })
  })
}

/** One user's lists and the first session's have ids of one kind: what the session was shown, the user may click. */
const listsOf = ({ userId, sessionId }: Whom): string => (userId === USERS[1] || sessionId === SESSIONS[1] ? '-other' : '')

/** Reads as many records at once as a seed says. */
const cutting =
  (seed: number) =>
  ({ log, store }: Engines): Engines => {
    let reads = 0
    return {
      store,
      log: {
        ...log,
        read: (of, from, limit) => log.read(of, from, { ...limit, records: 1 + Math.floor(randomUnit(seed, reads++, 0) * 7) }),
      },
    }
  }

describe('a replay', () => {
  it('writes the same bytes however its batches are cut, and wherever it is loaded again', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), fc.boolean(), async (happenings, seed, reloads) => {
        const records = recordsOf(
          happenings.filter(({ what }) => what !== 'link'),
          (who) => ({ userId: USERS[who % 2], sessionId: '' }),
        )
        const whole = new LogHouse()
        const cut = new LogHouse({ through: cutting(seed) })
        for (const house of [whole, cut]) await knowItems(house)
        for (const house of [whole, cut]) await house.append(...records, tickRecord(1_000_000))
        await foldFirst(whole, false)
        await foldFirst(cut, reloads)
        expect(await bytesOf(cut)).toEqual(await bytesOf(whole))
      }),
      { numRuns: 40 },
    )
  })

  it('brings each history to its user exactly once, whatever dies on the way', async () => {
    let crashes = 0
    let served = 0
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (happenings, seed) => {
        const whoIs = (who: number): Whom => (who === 2 ? { userId: USERS[0], sessionId: '' } : { userId: '', sessionId: SESSIONS[who] })
        const kept = happenings.filter(({ what }) => what !== 'forget' && what !== 'dictionary' && what !== 'tick')
        const records = recordsOf(kept, whoIs)
        const [steady, shaken] = [new LogHouse(), new LogHouse({ through: dying(seed) })]
        for (const house of [steady, shaken]) {
          await house.append(...records)
          crashes += await house.drain()
          await house.append(tickRecord(1_000_000))
          crashes += await house.drain()
        }
        expect(await outcomeOf(shaken)).toEqual(await outcomeOf(steady))
        served += (await outcomeOf(steady)).labels.filter((label) => label.startsWith('1 served')).length
      }),
      { numRuns: 25, seed: 25 }, // what follows counts what these runs met
    )
    expect([crashes > 20, served > 5]).toEqual([true, true])
  })
})

async function knowItems(house: LogHouse): Promise<void> {
  for (const itemId of ITEMS)
    await house.appendCatalog(itemId, { $case: 'item', item: { itemId, attributes: {}, unavailable: false, createdMs: 1 } })
  await house.drain()
}

/** Folds partition 0 to its end, by one process or by one for each step; its touches wait. */
async function foldFirst(house: LogHouse, reloads: boolean): Promise<void> {
  let [folder] = await house.load()
  while ((await folder.step()) > 0) if (reloads) [folder] = await house.load()
}

async function bytesOf(house: LogHouse): Promise<unknown> {
  const of = { topic: TOPICS.examples, partition: 0 }
  const records = await house.log.read(of, 0, { records: 10_000 })
  const first = new Map<string, Uint8Array>()
  for (const { value } of records) {
    const { sourceOffset, ordinal } = ExampleGroup.decode(value)
    const identity = `${sourceOffset}.${ordinal}`
    if (!first.has(identity)) first.set(identity, value)
    expect(value).toEqual(first.get(identity)) // what comes twice comes as it was
  }
  return [...first]
}

/** Engines that end the process at some of the moments at which it could end. */
function dying(seed: number): (engines: Engines) => Engines {
  let moments = 0
  const perhaps = (): void => {
    if (randomUnit(seed, moments++, 1) < 0.1) throw new Crash()
  }
  return ({ log, store }) => ({
    log: {
      ...log,
      read: (of, from, limit) => log.read(of, from, { ...limit, records: 1 + Math.floor(randomUnit(seed, moments++, 0) * 4) }),
      append: async (to, entries) => {
        perhaps()
        const first = await log.append(to, entries)
        perhaps()
        return first
      },
    },
    store: {
      ...store,
      commit: async (partition, commit) => {
        perhaps()
        await store.commit(partition, commit)
        perhaps()
      },
    },
  })
}

/** What a house has come to, but for the places at which histories arrived and for sums of floats. */
async function outcomeOf(house: LogHouse): Promise<{ readonly labels: string[]; readonly user: unknown }> {
  const groups = [...(await house.examples(0)), ...(await house.examples(1))]
  const labels = groups.flatMap(({ userLo, items }) =>
    items
      .filter(({ source }) => source !== LabelSource.LABEL_SOURCE_SAMPLED)
      .map(({ label, source, itemLo }) => `${label} ${source === LabelSource.LABEL_SOURCE_SERVED ? 'served' : 'said'} ${itemLo} ${userLo}`),
  )
  const [value] = await house.store.read(partitionOf(USERS[0], 2), [userKey(USERS[0])])
  const user = value && UserState.decode(value)
  const counts = Object.entries(user?.items ?? {}).map(([id, pair]) => `${id} ${pair.counts.join()} ${pair.lastMs}`)
  return { labels: labels.sort(), user: user && { events: user.events, lastSeenMs: user.lastSeenMs, counts: counts.sort() } }
}
