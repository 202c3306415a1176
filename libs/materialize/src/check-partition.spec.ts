import { FoldState, Impression, UserState, WaitingClick, WaitingImpression } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { type OnlineStore, type Put, START, vectorOf } from '@freshet/online-store'
import { fakeClock } from '@freshet/testing'
import { checkPartition, type CheckScope } from './check-partition'
import { FOLD_KEY } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { eventRecord as event, shownItem, tickRecord as tick } from './records.fixture'
import { askForRestoration, RESTORING_KEY, restorePartition } from './restore-partition'
import { NO_SNAPSHOTS, type SnapshotShelf } from './snapshot-shelf'

const PARTITION = partitionOf('ada', 2)
const clock = fakeClock(0)

/** A house whose users have done things to items, folded. */
async function folded(events = 40): Promise<LogHouse> {
  const house = new LogHouse()
  for (let i = 0; i < events; i++) {
    await house.append(
      event({ eventId: `e${i}`, userId: ['ada', 'bob', 'cem'][i % 3], itemId: `item-${i % 5}`, type: 'click', timeMs: 1000 + i }),
    )
    if (i % 10 === 0) await house.append(tick(1000 + i))
  }
  await house.drain()
  return house
}

const check = (house: LogHouse, given: Partial<CheckScope> = {}) =>
  checkPartition({
    ...{ log: house.log, store: house.store, dictionary: house.dictionary, partition: PARTITION, clock, shelf: NO_SNAPSHOTS },
    ...{ keysMax: Infinity, onProgress: () => undefined, onCompared: () => undefined, ...given },
  })

/** Changes the store behind its owner's back. */
async function spoil({ store }: LogHouse, ...puts: Put[]): Promise<void> {
  const at = await store.positions(PARTITION)
  await store.commit(PARTITION, { expect: at, next: at, puts, outbox: [], publishedBelow: 0 })
}

const userOf = async (store: OnlineStore): Promise<UserState> =>
  UserState.decode((await store.read(PARTITION, [userKey('ada')]))[0] ?? new Uint8Array())

describe('a check of a partition', () => {
  it('finds nothing where the state is what the log says', async () => {
    const house = await folded()
    const found = await check(house)
    expect(found).toMatchObject({
      keysDiffering: 0,
      examples: [],
      base: START,
      positions: vectorOf(await house.store.positions(PARTITION)),
    })
    expect(found.keysCompared).toBeGreaterThan(4)
  })

  it('finds a state that is beyond the log, though no key of it differs', async () => {
    const house = await folded()
    const at = await house.store.positions(PARTITION)
    await house.store.commit(PARTITION, { expect: at, next: { ...at, events: at.events + 5 }, puts: [], outbox: [], publishedBelow: 0 })
    expect(await check(house)).toMatchObject({
      keysDiffering: 1,
      examples: ['its positions are beyond the end of the log'],
    })
  })

  it('names a key whose value is another, one that is missing, and one too many', async () => {
    const house = await folded()
    const changed = { ...(await userOf(house.store)), events: 99 }
    const [fold] = await house.store.read(PARTITION, [FOLD_KEY])
    await spoil(
      house,
      { key: userKey('ada'), value: UserState.encode(changed).finish() },
      { key: userKey('ghost'), value: UserState.encode(changed).finish() },
      { key: FOLD_KEY, value: FoldState.encode({ ...FoldState.decode(fold ?? new Uint8Array()), duplicates: 7 }).finish() },
    )
    expect(await check(house)).toMatchObject({ keysDiffering: 3 })
    const { examples } = await check(house)
    expect(examples).toEqual(['m:fold is not what the log says', 'u:ada is not what the log says', 'u:ghost should not be there'])
    await spoil(house, { key: userKey('ada'), value: null }, { key: userKey('ghost'), value: Uint8Array.of(255) })
    expect((await check(house)).examples).toEqual(['m:fold is not what the log says', 'u:ghost should not be there', 'u:ada is missing'])
  })

  it('passes over what depends on the order in which topics were folded, and over nothing else', async () => {
    const house = await folded()
    const state = await userOf(house.store)
    await spoil(house, { key: userKey('ada'), value: UserState.encode({ ...state, residualSum: 5 }).finish() })
    expect((await check(house)).keysDiffering).toBe(0)
    await spoil(house, { key: userKey('ada'), value: UserState.encode({ ...state, lastItemId: 'other' }).finish() })
    expect((await check(house)).keysDiffering).toBe(1)
  })

  it('compares while the owner folds on: each page as of one moment', async () => {
    const house = await folded()
    let n = 0
    const store: OnlineStore = {
      ...house.store,
      read: async (partition, keys) => {
        const values = await house.store.read(partition, keys)
        if (n++ < 3) {
          await house.append(event({ eventId: `late-${n}`, userId: 'ada', itemId: 'item-1', type: 'click', timeMs: 5000 + n }))
          await house.drain()
        }
        return values
      },
    }
    const found = await check(house, { store })
    expect(found).toMatchObject({ keysDiffering: 0, positions: vectorOf(await house.store.positions(PARTITION)) })
    expect(n).toBeGreaterThan(3)
  })

  it('looks at every key of both sides, also of more than a page, and says how far it has come', async () => {
    const house = await folded()
    await house.append(...Array.from({ length: 1200 }, (_, i) => event({ eventId: `n${i}`, userId: `u${i}`, itemId: 'a', type: 'click' })))
    await house.drain()
    const entries = await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })
    const lost = entries.filter(({ key }) => key.startsWith('u:')).slice(-3)
    await spoil(house, ...lost.map(({ key }) => ({ key, value: null })))
    const told: number[] = []
    const found = await check(house, { onCompared: (keys) => told.push(keys) })
    expect(found).toMatchObject({ isWhole: true, keysDiffering: 3, examples: lost.map(({ key }) => `${key} is missing`) })
    expect(entries.length - found.keysCompared).toBeLessThan(3) // marks are of neither side
    expect(told.length).toBeGreaterThan(3)
    expect(told.at(-1)).toBe(found.keysCompared)
  })

  it('looks at no more keys than it is told to, but for the page under way, looks all the same for what the store lacks, and says so', async () => {
    const house = await folded()
    await house.append(...Array.from({ length: 1200 }, (_, i) => event({ eventId: `n${i}`, userId: `u${i}`, itemId: 'a', type: 'click' })))
    await house.drain()
    const [first, ...others] = await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })
    await spoil(house, { key: first.key, value: null })
    const found = await check(house, { keysMax: 1 })
    expect(found).toMatchObject({ isWhole: false, keysDiffering: 1, examples: [`${first.key} is missing`] })
    expect(found.keysCompared).toBeLessThan(others.length)
  })

  it('passes over the features of a list that waits, which are of a moment, and not over what became of it', async () => {
    const house = await folded()
    const shown = { ...shownItem('item-1') }
    await house.append(
      event({ type: 'impression', userId: 'ada', requestId: 'ext', timeMs: 2000, impression: Impression.create({ items: [shown] }) }),
      event({ type: 'click', userId: 'ada', itemId: 'item-1', requestId: 'other', timeMs: 2001, eventId: 'held' }),
    )
    await house.drain()
    const [value] = await house.store.read(PARTITION, ['w:ext'])
    const list = WaitingImpression.decode(value ?? new Uint8Array())
    const changed = (of: Partial<WaitingImpression>): Put => ({
      key: 'w:ext',
      value: WaitingImpression.encode({ ...list, ...of }).finish(),
    })
    const featured = Impression.create({
      ...list.impression,
      userNumbers: new Uint8Array(4),
      items: [{ ...shown, numbers: new Uint8Array(8) }],
    })
    await spoil(house, changed({ impression: featured }))
    expect((await check(house)).examples).toEqual([])
    await spoil(house, changed({ joined: [1] }))
    expect((await check(house)).examples).toEqual(['w:ext is not what the log says'])
    const [click] = await house.store.scan(PARTITION, { prefix: 'c:', limit: 1 })
    await spoil(house, changed({}), {
      key: click.key,
      value: WaitingClick.encode({ ...WaitingClick.decode(click.value), itemId: 'x' }).finish(),
    })
    expect((await check(house)).examples).toEqual([`${click.key} is not what the log says`])
  })

  it('reads and writes nothing of the data set', async () => {
    const house = await folded()
    const ends = () =>
      Promise.all([TOPICS.examples, TOPICS.touches, TOPICS.events].map((topic) => house.log.next({ topic, partition: PARTITION })))
    const before = [await ends(), await house.store.positions(PARTITION), await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })]
    await check(house)
    expect([await ends(), await house.store.positions(PARTITION), await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })]).toEqual(
      before,
    )
  })

  it('begins at a snapshot where the log begins later, and is refused without one', async () => {
    const house = await folded()
    const positions = await house.store.positions(PARTITION)
    const entries = await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })
    const shelf: SnapshotShelf = {
      ...NO_SNAPSHOTS,
      newest: async () => ({
        positions,
        async *entries() {
          yield entries
        },
      }),
    }
    await house.append(event({ eventId: 'after', userId: 'ada', itemId: 'item-1', type: 'click', timeMs: 9000 }))
    await house.drain()
    await house.log.trim({ topic: TOPICS.events, partition: PARTITION }, 3)
    expect(await check(house, { shelf })).toMatchObject({ base: positions, keysDiffering: 0 })
    await expect(check(house)).rejects.toThrow(
      /events\/\d begins at 3, and the state would be made from 0 on; restore the data set from a backup/,
    )
  })
})

describe('a restoration that is asked for', () => {
  const scopeOf = (house: LogHouse, shelf: SnapshotShelf = NO_SNAPSHOTS) => ({
    log: house.log,
    store: house.store,
    partition: PARTITION,
    shelf,
  })

  it('makes the state anew from the log: the same, with each example once', async () => {
    const house = await folded()
    const examples = await house.examples(PARTITION)
    await spoil(house, { key: userKey('ada'), value: null }, { key: userKey('ghost'), value: Uint8Array.of(255) })
    await askForRestoration(scopeOf(house), 'log')
    expect(await house.store.positions(PARTITION)).toMatchObject(START)
    await restorePartition(scopeOf(house)) // as its owner does when it loads
    await house.drain()
    expect(await check(house)).toMatchObject({ keysDiffering: 0 })
    expect(await house.examples(PARTITION)).toEqual(examples)
    expect((await house.log.read({ topic: TOPICS.examples, partition: PARTITION }, 0, { records: 1e6 })).length).toBe(examples.length)
  })

  it('refuses the owner from then on, who loads again and restores', async () => {
    const house = await folded()
    const folders = await house.load()
    await askForRestoration(scopeOf(house), 'log')
    await expect(folders[PARTITION].verify()).rejects.toMatchObject({ code: 'STALE_POSITION' })
    await house.append(event({ eventId: 'after', userId: 'ada', itemId: 'item-1', type: 'click', timeMs: 9000 }))
    await expect(folders[PARTITION].step()).rejects.toMatchObject({ code: 'STALE_POSITION' })
  })

  it('leaves the snapshot out where the log alone is to speak', async () => {
    const house = await folded()
    const shelf: SnapshotShelf = {
      ...NO_SNAPSHOTS,
      newest: async () => ({
        positions: { ...START, events: 1 },
        async *entries() {
          yield [{ key: userKey('ghost'), value: Uint8Array.of(1) }]
        },
      }),
    }
    await askForRestoration(scopeOf(house, shelf), 'log')
    expect(await restorePartition(scopeOf(house, shelf))).toEqual(START)
    await askForRestoration(scopeOf(house, shelf), 'snapshot')
    expect(await restorePartition(scopeOf(house, shelf))).toEqual({ ...START, events: 1 })
    expect(await house.store.read(PARTITION, [userKey('ghost'), RESTORING_KEY])).toEqual([Uint8Array.of(1), undefined])
  })

  it('is refused where the log does not reach back: the state would be lost for good', async () => {
    const house = await folded()
    await house.log.trim({ topic: TOPICS.events, partition: PARTITION }, 1)
    await expect(askForRestoration(scopeOf(house), 'log')).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect(await check(house).catch(() => 'unchecked')).toBe('unchecked')
    expect(await house.store.positions(PARTITION)).not.toMatchObject(START)
  })
})
