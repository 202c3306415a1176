import { type EventRecord, type ExampleGroup, FoldState, LabelSource, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { userKey } from '@freshet/features'
import { partitionOf, randomUnit } from '@freshet/kernel'
import { StalePositionError, vectorOf } from '@freshet/online-store'
import fc from 'fast-check'
import { FOLD_KEY } from './load-partition'
import { Crash, type Engines, LogHouse } from './log-house.fixture'
import { eventRecord, shownItem, tickRecord } from './records.fixture'

const USERS = ['u', 'v', 'w', 'x']
const ITEMS = ['a', 'b', 'c', 'd', 'e']

/** One thing that happens in a house, in any order and number. */
const happening = fc.record({
  what: fc.constantFrom('click', 'click', 'purchase', 'impression', 'look', 'rating', 'tick'),
  user: fc.constantFrom(...USERS),
  item: fc.constantFrom(...ITEMS),
  request: fc.constantFrom('', 'r1', 'r2', 'r3'),
  id: fc.nat(40),
  afterMs: fc.nat(2500),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never
const history = fc.array(happening, { minLength: 1, maxLength: 40 })

function recordsOf(happenings: readonly Happening[]): EventRecord[] {
  let timeMs = 0
  const records = happenings.map(({ what, user, item, request, id, afterMs }) => {
    timeMs += afterMs
    if (what === 'tick') return tickRecord(timeMs)
    const requestId = request && `${request}-${user}`
    const shared = { type: what, userId: user, eventId: `e${id}`, timeMs, requestId, value: 4 }
    if (what !== 'impression') return eventRecord({ ...shared, itemId: item })
    const items = ITEMS.slice(0, 3).map(shownItem)
    const empty = new Uint8Array(0)
    return eventRecord({
      ...shared,
      impression: { items, surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 },
    })
  })
  return [...records, tickRecord(timeMs + 1_000_000)]
}

/** A group without its values: all that follows from `events` alone. */
const skeleton = ({ sourceOffset, ordinal, timeMs, acceptedMs, userLo, items }: ExampleGroup): unknown => ({
  sourceOffset,
  ordinal,
  timeMs,
  acceptedMs,
  userLo,
  items: items.map(({ label, source, itemLo }) =>
    source === LabelSource.LABEL_SOURCE_SAMPLED ? { label, source } : { label, source, itemLo },
  ),
})

/** Groups without what was drawn, which depends on the order in which a process met its items. */
const undrawn = (groups: readonly ExampleGroup[]): unknown =>
  groups.map((group) => ({ ...group, items: group.items.filter(({ source }) => source !== LabelSource.LABEL_SOURCE_SAMPLED) }))

async function outcomeOf(house: LogHouse): Promise<unknown> {
  const examples = []
  for (let partition = 0; partition < house.partitions; partition++) examples.push((await house.examples(partition)).map(skeleton))
  const items = await Promise.all(ITEMS.map((id) => house.item(id)))
  const users = await Promise.all(USERS.map(async (id) => (await house.store.read(partitionOf(id, 2), [userKey(id)]))[0]))
  const counters = await Promise.all([0, 1].map(async (partition) => (await house.store.read(partition, [FOLD_KEY]))[0]))
  return {
    examples,
    items: items.map((item) => item && { events: item.events, windows: item.windows, count: item.valueCount, sum: item.valueSum }),
    users: users.map((value) => value && { ...UserState.decode(value), residualSum: 0 }),
    counters: counters.map((value) => value && FoldState.decode(value)),
  }
}

/** Engines that end the process at some of the moments at which it could end, each as often as `chance` says. */
function treacherous(seed: number, chance: number): (engines: Engines) => Engines {
  let moments = 0
  const perhaps = (): void => {
    if (randomUnit(seed, moments++, 0) < chance) throw new Crash()
  }
  return ({ log, store }) => ({
    log: {
      ...log,
      read: (of, from, { records, bytes }) =>
        log.read(of, from, { records: 1 + Math.floor(randomUnit(seed, moments++, 1) * records * 0.02), bytes }),
      append: async (to, entries) => {
        perhaps() // committed, not published
        const first = await log.append(to, entries)
        perhaps() // published, not forgotten
        return first
      },
    },
    store: {
      ...store,
      commit: async (partition, commit) => {
        perhaps() // read, not committed
        await store.commit(partition, commit)
        perhaps() // committed, but never answered
      },
    },
  })
}

describe('the fold of a partition', () => {
  it('gives the same examples and the same states wherever it is cut, crashed and restarted', async () => {
    let crashes = 0
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (happenings, seed) => {
        const steady = new LogHouse()
        const shaken = new LogHouse({ through: treacherous(seed, 0.1) })
        for (const house of [steady, shaken]) await house.append(...recordsOf(happenings))
        await steady.drain()
        crashes += await shaken.drain()
        expect(await outcomeOf(shaken)).toEqual(await outcomeOf(steady))
      }),
      { numRuns: 25 },
    )
    expect(crashes).toBeGreaterThan(25)
  })

  it('writes the very bytes that it would have written without a restart', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (happenings) => {
        const [steady, restarted] = [new LogHouse(), new LogHouse()]
        const [folders] = [await steady.load()]
        for (const record of recordsOf(happenings)) {
          for (const house of [steady, restarted]) await house.append(record)
          for (const folder of folders) await folder.step()
          for (const folder of await restarted.load()) await folder.step()
        }
        for (const partition of [0, 1])
          expect(undrawn(await restarted.examples(partition))).toEqual(undrawn(await steady.examples(partition)))
      }),
      { numRuns: 10 },
    )
  })

  it('doubles and loses nothing when its store is lost: the first bytes in the log win', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, async (before, after) => {
        const [steady, robbed] = [new LogHouse(), new LogHouse()]
        const records = recordsOf([...before, ...after])
        await robbed.append(...records.slice(0, before.length))
        await robbed.drain()
        const written = await robbed.log.next({ topic: TOPICS.examples, partition: 0 })
        robbed.forgetStore()
        await robbed.drain()
        expect(await robbed.log.next({ topic: TOPICS.examples, partition: 0 })).toBe(written)
        await robbed.append(...records.slice(before.length))
        await steady.append(...records)
        for (const house of [steady, robbed]) await house.drain()
        expect(await outcomeOf(robbed)).toEqual(await outcomeOf(steady))
      }),
      { numRuns: 10 },
    )
  })

  it('stops a zombie at its next commit, before it has spoiled anything', async () => {
    const house = new LogHouse()
    const zombies = await house.load()
    await house.append(eventRecord({ userId: 'u', itemId: 'a', type: 'click', timeMs: 1, eventId: 'e' }))
    await house.drain()
    const zombie = zombies[partitionOf('u', house.partitions)]
    await expect(zombie.step()).rejects.toThrow(StalePositionError)
    expect(await house.item('a')).toMatchObject({ events: 1 })
    expect(await house.examples(partitionOf('u', house.partitions))).toHaveLength(1)
  })

  it('brings the catalogue to items and users, and takes it away', async () => {
    const house = new LogHouse()
    const genre = { genre: { kind: { $case: 'text' as const, text: 'war' } } }
    await house.append(eventRecord({ userId: 'u', itemId: 'a', type: 'click', timeMs: 1 }))
    await house.appendCatalog('a', { $case: 'item', item: { itemId: 'a', attributes: genre, unavailable: false, createdMs: 0 } })
    await house.appendCatalog('u', { $case: 'user', user: { userId: 'u', attributes: genre } })
    await house.drain()
    expect(await house.item('a')).toMatchObject({ attributes: genre, events: 1, known: true })
    await house.appendCatalog('a', { $case: 'deletedItemId', deletedItemId: 'a' })
    await house.appendCatalog('u', { $case: 'deletedUserId', deletedUserId: 'u' })
    await house.drain()
    expect(await house.item('a')).toMatchObject({ attributes: {}, known: false })
    const [user] = await house.store.read(partitionOf('u', house.partitions), [userKey('u')])
    expect(user && UserState.decode(user)).toMatchObject({ attributes: {}, events: 1 })
  })

  it('draws negatives from what the catalogue holds at that moment', async () => {
    const house = new LogHouse()
    for (const id of ITEMS)
      await house.appendCatalog(id, { $case: 'item', item: { itemId: id, attributes: {}, unavailable: false, createdMs: 0 } })
    await house.drain()
    await house.append(eventRecord({ userId: 'u', itemId: 'a', type: 'click', timeMs: 1 }))
    await house.drain()
    const [group] = await house.examples(partitionOf('u', house.partitions))
    expect(group.items.map(({ weight }) => weight)).toEqual([1, 1, 1])
  })

  it('leaves bytes that are no record behind, counted', async () => {
    const house = new LogHouse()
    await house.log.append({ topic: TOPICS.events, partition: 0 }, [{ key: '', value: Uint8Array.of(0xff, 0xff, 0xff) }])
    await house.drain()
    const [value] = await house.store.read(0, [FOLD_KEY])
    expect(value && FoldState.decode(value)).toMatchObject({ unreadable: 1, folded: 0 })
  })

  it('wakes when any of its topics has grown', async () => {
    const house = new LogHouse()
    const [folder] = await house.load()
    const quiet = new AbortController()
    for (const topic of [TOPICS.events, TOPICS.touches, TOPICS.catalog]) {
      const woken = folder.grown(quiet.signal)
      await house.log.append({ topic, partition: 0 }, [{ key: '', value: new Uint8Array(0) }])
      await woken
      await folder.step()
    }
    const woken = folder.grown(quiet.signal)
    quiet.abort()
    await woken
    expect(vectorOf(folder.positions)).toEqual({ events: 1, touches: 1, catalog: 1 })
  })
})
