import { type EventRecord, type ExampleGroup, FoldState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { userKey } from '@freshet/features'
import { partitionOf, randomBelow, systemClock, UnavailableError } from '@freshet/kernel'
import { type OnlineStore, StalePositionError, vectorOf } from '@freshet/online-store'
import { temporaryDirectory } from '@freshet/testing'
import { FOLD_KEY } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { PartitionFolder } from './partition-folder'
import { eventRecord, shownItem, tickRecord } from './records.fixture'
import { openTurnableStore, type TurnableStore } from './rewound-store.fixture'
import { runFolders } from './run-folders'
import { SharedItems } from './shared-items'
import { openSnapshotFiles } from './snapshot-files'

const USERS = ['u', 'v', 'w', 'x']
const ITEMS = ['a', 'b', 'c', 'd', 'e']
const TYPES = ['click', 'click', 'purchase', 'impression', 'rating', 'tick']
const PARTITIONS = [0, 1]
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1)

/** What happened between `from` and `to` of the history of a seed. */
function history(seed: number, from: number, to: number): EventRecord[] {
  return Array.from({ length: to - from }, (_, k) => {
    const i = from + k
    const draw = <T>(of: readonly T[], nth: number): T => of[randomBelow(of.length, seed, i, nth)]
    const timeMs = 1000 * i
    const [type, userId, itemId] = [draw(TYPES, 0), draw(USERS, 1), draw(ITEMS, 2)]
    if (type === 'tick') return tickRecord(timeMs)
    const requestId = draw(['', `r${Math.floor(i / 8)}-${userId}`], 3)
    const facts = { type, userId, eventId: `e${randomBelow(200, seed, i, 4)}`, timeMs, requestId, value: 4 }
    if (type !== 'impression') return eventRecord({ ...facts, itemId })
    const empty = new Uint8Array(0)
    const shown = { surface: '', dictionaryHash: '', userIds: empty, userNumbers: empty, rowStep: 0, denseStep: 0 }
    return eventRecord({ ...facts, impression: { ...shown, items: ITEMS.slice(0, 3).map(shownItem) } })
  })
}

const END = 120
const whole = (seed: number): EventRecord[] => [...history(seed, 0, END), tickRecord(10_000_000)]

/** A group by what follows from `events` alone. */
const skeleton = ({ sourceOffset, ordinal, timeMs, items }: ExampleGroup): unknown => ({
  sourceOffset,
  ordinal,
  timeMs,
  labels: items.map(({ label }) => label),
})

/** Everything that must not depend on what happened to the store. */
async function outcomeOf(house: LogHouse): Promise<unknown> {
  const folds = await Promise.all(PARTITIONS.map(async (p) => (await house.store.read(p, [FOLD_KEY]))[0]))
  const users = await Promise.all(USERS.map(async (id) => (await house.store.read(partitionOf(id, 2), [userKey(id)]))[0]))
  const items = await Promise.all(ITEMS.map((id) => house.item(id)))
  return {
    examples: await Promise.all(PARTITIONS.map(async (p) => (await house.examples(p)).map(skeleton))),
    folds: folds.map((value) => value && FoldState.decode(value)),
    users: users.map((value) => value && { ...UserState.decode(value), residualSum: 0 }),
    items: items.map((item) => item && { events: item.events, windows: item.windows, count: item.valueCount, sum: item.valueSum }),
  }
}

async function undisturbed(seed: number): Promise<unknown> {
  const house = new LogHouse()
  await house.append(...whole(seed))
  await house.drain()
  return outcomeOf(house)
}

function turnableHouse(): { house: LogHouse; store: TurnableStore } {
  const house = new LogHouse()
  const store = openTurnableStore(house.partitions)
  house.store = store
  return { house, store }
}

async function foldAll(folders: readonly PartitionFolder[]): Promise<void> {
  for (let isMore = true; isMore;) {
    isMore = false
    for (const folder of folders) if ((await folder.step()) > 0) isMore = true
  }
}

describe('a store that goes back under a running fold', () => {
  it.each(['to an older state', 'to nothing'])('%s loses and doubles nothing', async (how) => {
    for (const seed of SEEDS) {
      const { house, store } = turnableHouse()
      const folders = await house.load()
      await house.append(...history(seed, 0, 40))
      await foldAll(folders)
      if (how === 'to an older state') await store.mark()
      await house.append(...history(seed, 40, 80))
      await foldAll(folders)
      store.turnBack()
      await house.append(...history(seed, 80, END), tickRecord(10_000_000))
      await expect(foldAll(folders)).rejects.toThrow(StalePositionError)
      await house.drain()
      expect(await outcomeOf(house)).toEqual(await undisturbed(seed))
    }
  })

  it('is noticed where it stands again where the fold began, and the fold has read of another’s commit in between', async () => {
    const { house, store } = turnableHouse()
    const [zombie] = await house.load()
    await store.mark()
    let isAwake = false
    const seen: OnlineStore = {
      ...store,
      read: async (...asked) => {
        if (isAwake) await zombie.step()
        try {
          return await store.read(...asked)
        } finally {
          if (isAwake) store.turnBack()
        }
      },
    }
    const [folder] = await new LogHouse({ log: house.log, through: ({ log }) => ({ log, store: seen }) }).load()
    await house.append(...USERS.map((userId) => eventRecord({ userId, itemId: 'a', type: 'click', timeMs: 1 })))
    isAwake = true
    await expect(folder.step()).rejects.toThrow(StalePositionError)
    expect(await store.positions(0)).toEqual({ events: 0, touches: 0, catalog: 0 })
  })

  it('is noticed by what a process has begun before, where the same process has folded it to the same place since', async () => {
    const { house, store } = turnableHouse()
    const items = new SharedItems({ store, partitions: house.partitions, clock: systemClock, itemsMax: 9 })
    const scope = { ...house, store, items, dictionary: house.dictionary, partition: 0, seed: 7, usersMax: 9, member: 'one' }
    const [user] = USERS.filter((userId) => partitionOf(userId, house.partitions) === 0)
    const clicks = (timeMs: number): Promise<void> => house.append(eventRecord({ userId: user, itemId: 'a', type: 'click', timeMs }))
    const former = await PartitionFolder.load(scope)
    await clicks(1)
    await former.step(['events'])
    store.turnBack()
    const latter = await PartitionFolder.load(scope)
    await latter.step(['events'])
    expect(vectorOf(await store.positions(0))).toEqual(vectorOf(former.positions))
    await clicks(2)
    await expect(former.step(['events'])).rejects.toThrow(StalePositionError)
    expect(await latter.step(['events'])).toBe(1)
  })

  it('is noticed by a fold that has nothing to do', async () => {
    const { house, store } = turnableHouse()
    const [folder] = await house.load()
    await house.append(...history(1, 0, 40))
    await foldAll([folder])
    await folder.verify()
    store.turnBack()
    await expect(folder.verify()).rejects.toThrow(StalePositionError)
  })

  it('is folded anew by a process at rest, without another event', async () => {
    const { house, store } = turnableHouse()
    await house.append(...whole(2))
    const trouble: unknown[] = []
    await using _ = await runFolders({ ...house, ...QUICKLY, store, onTrouble: (__, error) => trouble.push(error) })
    await until(async () => (await behind(house)) === 0)
    store.turnBack()
    await until(async () => trouble.length >= 2 && (await behind(house)) === 0)
    expect(trouble.every((error) => error instanceof StalePositionError)).toBe(true)
    expect(await outcomeOf(house)).toEqual(await undisturbed(2))
  })
})

describe('a store that is not there yet', () => {
  it('keeps no process from starting, and is folded into once it is there', async () => {
    const { house, store } = turnableHouse()
    await house.append(...whole(4))
    let absences = 20
    const absent = async (): Promise<void> => {
      if (absences-- > 0) throw new UnavailableError('the store', 'it will be tried again')
    }
    const shy: OnlineStore = {
      ...store,
      positions: async (...asked) => absent().then(() => store.positions(...asked)),
      scan: async (...asked) => absent().then(() => store.scan(...asked)),
    }
    const trouble: unknown[] = []
    await using _ = await runFolders({ ...house, ...QUICKLY, store: shy, onTrouble: (__, error) => trouble.push(error) })
    await until(async () => (await behind(house)) === 0)
    expect(trouble).toHaveLength(20)
    expect(await outcomeOf(house)).toEqual(await undisturbed(4))
  })
})

describe('a store that has lost what the log no longer holds', () => {
  it('is brought back from the snapshots of its partitions, and loses and doubles nothing', async () => {
    await using directory = await temporaryDirectory()
    const snapshots = openSnapshotFiles(directory.path)
    const { house, store } = turnableHouse()
    await house.append(...history(3, 0, 80))
    const scope = { ...house, ...QUICKLY, store, snapshots, snapshotEveryMs: 0, onTrouble: () => {} }
    {
      await using _ = await runFolders(scope)
      await until(async () =>
        (await Promise.all(PARTITIONS.map(async (p) => (await snapshots.newest(p))?.positions.events === (await endOf(house, p))))).every(
          Boolean,
        ),
      )
      await until(async () => (await behind(house)) === 0)
    }
    for (const partition of PARTITIONS)
      await house.log.trim({ topic: TOPICS.events, partition }, (await snapshots.newest(partition))?.positions.events ?? 0)
    store.turnBack()
    await house.append(...history(3, 80, END), tickRecord(10_000_000))
    await using _ = await runFolders(scope)
    await until(async () => (await behind(house)) === 0)
    expect(await outcomeOf(house)).toEqual(await undisturbed(3))
  })
})

const QUICKLY = { member: 'one', clock: { ...systemClock, sleep: async () => void (await new Promise(setImmediate)) } }

const endOf = ({ log }: LogHouse, partition: number): Promise<number> => log.next({ topic: TOPICS.events, partition })

/** How many records are not folded yet. */
async function behind(house: LogHouse): Promise<number> {
  const topics = ['events', 'touches'] as const
  const left = PARTITIONS.flatMap((partition) =>
    topics.map(async (topic) => (await house.log.next({ topic, partition })) - (await house.store.positions(partition))[topic]),
  )
  return (await Promise.all(left)).reduce((sum, count) => sum + count, 0)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate)
}
