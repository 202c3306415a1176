import { ExampleGroup } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { systemClock } from '@freshet/kernel'
import { openSnapshotFiles, runFolders } from '@freshet/materialize'
import type { OnlineStore } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { openRedisStore } from '@freshet/online-store-redis'
import { type RedisServer, startRedis, startRedisCluster, temporaryDirectory } from '@freshet/testing'
import { FoldHouse } from './fold-house'

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7]
const EVENTS = 1500

const open = ({ address }: { readonly address: string }): Promise<OnlineStore> =>
  openRedisStore({ url: address, name: 'shop', deadlineMs: 2000 })

/** Folds a house through a store, as the feature store does. */
const fold = ({ log, dictionary }: FoldHouse, store: OnlineStore, more: { snapshots?: ReturnType<typeof openSnapshotFiles> } = {}) =>
  runFolders({ log, dictionary, store, clock: systemClock, member: 'one', onTrouble: () => {}, snapshotEveryMs: 1, ...more })

/** Resolves when all that is in the log is folded. */
async function caughtUp({ log }: FoldHouse, store: OnlineStore): Promise<void> {
  const topics = ['events', 'touches', 'catalog'] as const
  for (const partition of PARTITIONS) {
    const isBehind = async (): Promise<boolean> => {
      const at = await store.positions(partition).catch(() => undefined)
      const ends = await Promise.all(topics.map((topic) => log.next({ topic: TOPICS[topic], partition })))
      return at === undefined || topics.some((topic, i) => at[topic] < ends[i])
    }
    while (await isBehind()) await new Promise(setImmediate)
  }
}

/** Waits for snapshots of all that is folded, and lets the log have lost what they contain. */
async function keepSnapshotsAlone({ log }: FoldHouse, snapshots: ReturnType<typeof openSnapshotFiles>): Promise<void> {
  for (const partition of PARTITIONS) {
    const end = await log.next({ topic: TOPICS.events, partition })
    while ((await snapshots.newest(partition))?.positions.events !== end) await new Promise(setImmediate)
    await log.trim({ topic: TOPICS.events, partition }, end)
  }
}

/** Each group that a trainer would take, by what follows from the events alone; one out of order fails. */
async function examplesOf({ log }: FoldHouse): Promise<unknown> {
  return Promise.all(
    PARTITIONS.map(async (partition) => {
      const records = await log.read({ topic: TOPICS.examples, partition }, 0, { records: 1_000_000 })
      let last = { sourceOffset: -1, ordinal: -1 }
      return records
        .map(({ value }) => ExampleGroup.decode(value))
        .filter(({ sourceOffset, ordinal }) => {
          const isNext = sourceOffset > last.sourceOffset || (sourceOffset === last.sourceOffset && ordinal > last.ordinal)
          if (isNext) last = { sourceOffset, ordinal }
          return isNext
        })
        .map(({ sourceOffset, ordinal, timeMs, items }) => ({ sourceOffset, ordinal, timeMs, labels: items.map(({ label }) => label) }))
    }),
  )
}

/** What came of the same history where nothing happened. */
async function undisturbed(): Promise<unknown> {
  const house = await FoldHouse.open(EVENTS)
  await house.foldInto(openMemoryStore())
  return examplesOf(house)
}

describe('a fold over Redis', () => {
  let redis: RedisServer
  beforeEach(async () => void (redis = await startRedis()))
  afterEach(() => redis[Symbol.asyncDispose]())

  it.each(['an older state', 'nothing'])('loses and doubles nothing when Redis dies and comes back with %s', async (what) => {
    const house = await FoldHouse.open(EVENTS / 3)
    await using store = await open(redis)
    await using _ = await fold(house, store)
    await caughtUp(house, store)
    if (what === 'an older state') await redis.command('SAVE')
    await house.goOn(EVENTS / 3)
    await caughtUp(house, store)
    await redis.kill()
    await house.goOn(EVENTS / 3)
    await redis.restart()
    await caughtUp(house, store)
    expect(await examplesOf(house)).toEqual(await undisturbed())
  })

  it('goes on from its snapshots when Redis has lost everything and the log its beginning', async () => {
    await using directory = await temporaryDirectory()
    const snapshots = openSnapshotFiles(directory.path)
    const house = await FoldHouse.open(EVENTS / 3)
    await using store = await open(redis)
    await using _ = await fold(house, store, { snapshots })
    await caughtUp(house, store)
    await keepSnapshotsAlone(house, snapshots)
    await redis.flush()
    await house.goOn((2 * EVENTS) / 3)
    await caughtUp(house, store)
    expect(await examplesOf(house)).toEqual(await undisturbed())
  })
})

describe('a fold over a Redis Cluster', () => {
  it('loses and doubles nothing when a node dies and its replica steps in', async () => {
    await using cluster = await startRedisCluster({ replicas: 1 })
    const house = await FoldHouse.open(EVENTS / 3)
    await using store = await open(cluster)
    await using _ = await fold(house, store)
    await caughtUp(house, store)
    await house.goOn(EVENTS / 3)
    await cluster.masters[0].kill()
    await house.goOn(EVENTS / 3)
    await caughtUp(house, store)
    expect(await examplesOf(house)).toEqual(await undisturbed())
  })
  it('rebuilds what one emptied node had from snapshots and the log, and leaves alone what the others have', async () => {
    await using cluster = await startRedisCluster()
    await using directory = await temporaryDirectory()
    const snapshots = openSnapshotFiles(directory.path)
    const house = await FoldHouse.open(EVENTS / 3)
    await using store = await open(cluster)
    await using _ = await fold(house, store, { snapshots })
    await caughtUp(house, store)
    await keepSnapshotsAlone(house, snapshots)
    for (const partition of PARTITIONS) while ((await store.outbox(partition, 1)).length > 0) await new Promise(setImmediate)
    const standings = () => Promise.all(PARTITIONS.map((partition) => store.positions(partition)))
    const before = await standings()
    await cluster.masters[0].flush()
    await caughtUp(house, store)
    const isAsBefore = (await standings()).map(({ lineage }, partition) => lineage === before[partition].lineage)
    expect([...new Set(isAsBefore)].sort()).toEqual([false, true])
    await house.goOn((2 * EVENTS) / 3)
    await caughtUp(house, store)
    expect(await examplesOf(house)).toEqual(await undisturbed())
  })
})
