import { AttributeValue, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { StalePositionError, START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { type FakeClock, fakeClock } from '@freshet/testing'
import { catalogueFirst } from './catalogue-first'
import { LogHouse } from './log-house.fixture'
import { eventRecord } from './records.fixture'
import { RESTORING_KEY } from './restore-partition'
import { openTurnableStore } from './rewound-store.fixture'
import { type Folders, type FoldersScope, runFolders } from './run-folders'
import { SharedItems } from './shared-items'

const USERS = ['u', 'v', 'w', 'x']
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f']
const PARTITIONS = [0, 1]
const END = 80
type Hold = (partition: number) => Promise<void>

const TURNS = 200 // of the event loop: a fold of everything takes fewer

/** A catalogue, which may begin with items of no interest, then what users did to its items: some of each in either partition. */
async function stocked(others = 0): Promise<LogHouse> {
  const house = new LogHouse()
  for (let i = 0; i < others; i++)
    await house.appendCatalog(`o${i}`, { $case: 'item', item: { itemId: `o${i}`, attributes: {}, unavailable: false, createdMs: 1 } })
  for (const [i, itemId] of ITEMS.entries()) {
    const genre = AttributeValue.create({ kind: { $case: 'text', text: `g${i % 2}` } })
    await house.appendCatalog(itemId, { $case: 'item', item: { itemId, attributes: { genre }, unavailable: false, createdMs: 1 } })
  }
  await house.append(...deeds(0, END))
  return house
}

/** What users do, from one number on and below another. */
function deeds(from: number, below: number) {
  const deed = (i: number) => ({ userId: USERS[i % USERS.length], itemId: ITEMS[(i * 5) % ITEMS.length], timeMs: 1000 * i })
  return Array.from({ length: below - from }, (_, i) => eventRecord({ ...deed(from + i), type: 'click' }))
}

/** What each user likes, by genre. */
async function tastes({ store, partitions }: LogHouse): Promise<unknown> {
  const values = await Promise.all(USERS.map(async (id) => (await store.read(partitionOf(id, partitions), [userKey(id)]))[0]))
  return values.map((value) => value && UserState.decode(value).categories)
}

/** A process that folds; `hold` stands between it and each catalogue. */
function join({ log, store, dictionary }: LogHouse, hold: Hold, more: Partial<FoldersScope>): Promise<Folders> {
  const held: typeof log = {
    ...log,
    read: async (of, ...rest) => (of.topic === TOPICS.catalog ? hold(of.partition) : Promise.resolve()).then(() => log.read(of, ...rest)),
  }
  const onTrouble = (_: number, error: unknown): void => {
    throw error
  }
  return runFolders({ log: held, store, dictionary, clock: fakeClock(), member: 'one', onTrouble, ...more })
}

const isFolded = async ({ log, store }: LogHouse, partition: number): Promise<boolean> =>
  (await store.positions(partition)).events === (await log.next({ topic: TOPICS.events, partition }))

/** Folds everything. */
async function foldAll(house: LogHouse, hold: Hold = async () => {}): Promise<void> {
  const clock = fakeClock()
  await using _ = await join(house, hold, { clock })
  while (!(await isFolded(house, 0)) || !(await isFolded(house, 1))) await clock.advance(1)
}

const itemsOf = ({ store, partitions }: LogHouse, clock: FakeClock) => new SharedItems({ store, partitions, clock, itemsMax: 10 })

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

describe('a store made anew', () => {
  it.each(PARTITIONS)('comes to the same tastes though partition %d is late with its catalogue', async (late) => {
    const house = await stocked()
    await foldAll(house)
    const before = await tastes(house)
    house.forgetStore()
    await foldAll(house, (partition) => turns(partition === late ? TURNS : 0))
    expect(await tastes(house)).toEqual(before)
  })

  it('meets a catalogue of many batches before the first event, too', async () => {
    const house = await stocked()
    await foldAll(house)
    const before = await tastes(house)
    const others = await stocked(1200)
    await foldAll(others)
    expect(await tastes(others)).toEqual(before)
  })

  it('folds no event while another partition’s catalogue is not there, but waits for half a minute at most', async () => {
    const house = await stocked()
    const clock = fakeClock()
    let isThere = false
    const hold: Hold = async (partition) => {
      while (partition === 1 && !isThere) await new Promise(setImmediate)
    }
    await using _ = await join(house, hold, { clock })
    await clock.advance(29_000)
    expect(await house.store.positions(0)).toMatchObject({ events: 0, catalog: expect.any(Number) })
    await clock.advance(2000)
    expect([await isFolded(house, 0), await isFolded(house, 1)]).toEqual([true, false])
    isThere = true
    while (!(await isFolded(house, 1))) await clock.advance(1)
  })

  it('folds no event while another partition is being brought back from a snapshot', async () => {
    const house = await stocked()
    const clock = fakeClock()
    const [folder] = await house.load()
    const end = await house.log.next({ topic: TOPICS.catalog, partition: 1 })
    const restore = async (lineage: string, value: Uint8Array | null): Promise<void> => {
      const change = { next: { ...START, catalog: end, lineage }, puts: [{ key: RESTORING_KEY, value }], outbox: [], publishedBelow: 0 }
      await house.store.commit(1, { expect: await house.store.positions(1), ...change })
    }
    await restore('begun', Uint8Array.of(0))
    let isOver = false
    const signal = new AbortController().signal
    const first = catalogueFirst(folder, 0, { ...house, items: itemsOf(house, clock), clock, signal }).then(() => void (isOver = true))
    for (const page of ['first', 'second', 'third']) {
      await clock.advance(20_000)
      await restore(page, Uint8Array.of(0))
    }
    expect(isOver).toBe(false)
    await restore('done', null)
    await clock.advance(100)
    await first
    expect(folder.positions).toMatchObject({ events: 0, catalog: await house.log.next({ topic: TOPICS.catalog, partition: 0 }) })
  })

  it('takes up again what it held others to, where the log was brought back from a backup and ends before it', async () => {
    const house = await stocked()
    const clock = fakeClock()
    const [folder] = await house.load()
    const items = itemsOf(house, clock)
    const end = await house.log.next({ topic: TOPICS.catalog, partition: 1 })
    items.catalogues.lackOf({ partition: 1, at: { ...START, catalog: end + 5 }, isRestoring: false })
    await house.store.commit(1, { expect: START, next: { ...START, catalog: end }, puts: [], outbox: [], publishedBelow: 0 })
    await catalogueFirst(folder, 0, { ...house, items, clock, signal: new AbortController().signal })
    expect(items.catalogues.furthestOf(1)).toBe(end)
  })

  it('does not wait for others with a catalogue that it has lost itself: they may be waiting for it', async () => {
    const house = await stocked()
    const store = openTurnableStore(house.partitions)
    house.store = store
    const clock = fakeClock()
    const [folder] = await house.load()
    const refused = expect(
      catalogueFirst(folder, 0, { ...house, items: itemsOf(house, clock), clock, signal: new AbortController().signal }),
    ).rejects
    const isRefused = refused.toThrow(StalePositionError)
    await clock.advance(1000)
    expect((await store.positions(0)).catalog).toBeGreaterThan(0)
    store.turnBack()
    await clock.advance(20)
    await isRefused
  })
})

/** A house of which one partition of the store comes back empty when told to. */
function losing(house: LogHouse, partition: number): () => void {
  const { store, partitions } = house
  const empty = openMemoryStore({ partitions })
  let isLost = false
  const of = (asked: number) => (isLost && asked === partition ? empty : store)
  house.store = {
    ...store,
    positions: (asked) => of(asked).positions(asked),
    read: (asked, ...rest) => of(asked).read(asked, ...rest),
    look: (asked, ...rest) => of(asked).look(asked, ...rest),
    commit: (asked, ...rest) => of(asked).commit(asked, ...rest),
    outbox: (asked, ...rest) => of(asked).outbox(asked, ...rest),
    scan: (asked, ...rest) => of(asked).scan(asked, ...rest),
  }
  return () => void (isLost = true)
}

describe('a store that loses one partition while another is folded', () => {
  it.each(PARTITIONS)('comes to the same tastes though partition %d folds its catalogue late again', async (lost) => {
    const whole = await stocked()
    await whole.append(...deeds(END, 2 * END))
    await foldAll(whole)
    const house = await stocked()
    const lose = losing(house, lost)
    const clock = fakeClock()
    const trouble: unknown[] = []
    let held = 0
    const hold: Hold = async (partition) => {
      while (partition === lost && held > 0 && held--) await new Promise(setImmediate)
    }
    await using _ = await join(house, hold, { clock, itemsMax: 1, onTrouble: (__, error) => trouble.push(error) })
    while (!(await isFolded(house, 0)) || !(await isFolded(house, 1))) await clock.advance(1)
    lose()
    held = TURNS
    await house.append(...deeds(END, 2 * END))
    while (!(await isFolded(house, 0)) || !(await isFolded(house, 1))) await clock.advance(1)
    expect(trouble).toContainEqual(expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringContaining('catalogue of') }))
    expect(await tastes(house)).toEqual(await tastes(whole))
  })
})
