import { join } from 'node:path'
import { Event, EventRecord, ExampleGroup, FoldState, UserState } from '@freshet/contracts'
import { FeatureStoreClient } from '@freshet/contracts/services'
import { type Entry, TOPICS } from '@freshet/event-log'
import { userKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { openSnapshotFiles, partitionStatus, runFolders } from '@freshet/materialize'
import { call, connect, loadConfig, openLogger, openRuntime, type Runtime } from '@freshet/service'
import {
  freePorts,
  type KafkaBroker,
  type RedisServer,
  spawnSource,
  startKafkaBroker,
  startRedis,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@freshet/testing'

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7]
const USERS = 100
const BATCH = 20
const LOOK_MS = 200
const PAUSE_MS = 50

jest.setTimeout(300_000) // three processes start, and on a busy machine that takes a while

let directory: TemporaryDirectory
let broker: KafkaBroker
let redis: RedisServer
let runtime: Runtime

beforeAll(async () => {
  ;[directory, broker, redis] = await Promise.all([temporaryDirectory(), startKafkaBroker(), startRedis()])
  runtime = await openRuntimeOf('default', directory)
}, 120_000)
afterAll(async () => {
  for (const started of [runtime, redis, broker, directory]) await started?.[Symbol.asyncDispose]()
})

/** A data set of its own on the engines. */
function openRuntimeOf(name: string, { path: data }: TemporaryDirectory): Promise<Runtime> {
  const overrides = { name, data, log: `kafka://${broker.address}`, store: redis.address }
  return openRuntime(loadConfig({ env: {}, overrides }), { logger: openLogger({ name: 'test', level: 'silent' }) })
}

/** A feature store as a process, and what it folds. */
async function startFolding() {
  const [port] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  const { log: FRESHET_LOG, store: FRESHET_STORE } = runtime.config
  const environment = { FRESHET_DATA: directory.path, FRESHET_LOG, FRESHET_STORE, FRESHET_FEATURE_STORE_GRPC: address }
  const child = spawnSource(join(__dirname, 'process.fixture.ts'), [], { environment })
  const client = connect(FeatureStoreClient, address)
  return {
    child,
    async owned(): Promise<readonly number[]> {
      const { partitions } = await call(client, 'getStatus', {}, { deadlineMs: 2000 }).catch(() => ({ partitions: [] }))
      return partitions.filter(({ owned }) => owned).map(({ partition }) => partition)
    },
    async [Symbol.asyncDispose]() {
      client.close()
      await child[Symbol.asyncDispose]()
    },
  }
}

type Folding = Awaited<ReturnType<typeof startFolding>>

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(LOOK_MS)
}

/** Until these have all partitions among them, each one of them, and nobody of them none. */
const untilShared = (folding: readonly Folding[]): Promise<void> =>
  until(async () => {
    const shares = await Promise.all(folding.map((each) => each.owned()))
    return shares.every(({ length }) => length > 0) && shares.flat().sort().join() === PARTITIONS.join()
  })

/** Writes clicks without ids, which nobody could tell from others were they folded twice, until it is told to stop. */
function startWriting(): { stop(): Promise<number> } {
  let isOver = false
  const writing = (async () => {
    let written = 0
    for (; !isOver; written += BATCH) {
      const clicks = Array.from({ length: BATCH }, (_, i) => clickOf((written + i) % USERS, written + i))
      await Promise.all(clicks.map(({ partition, entry }) => runtime.log.append({ topic: TOPICS.events, partition }, [entry])))
      await systemClock.sleep(PAUSE_MS)
    }
    return written
  })()
  return {
    stop: () => {
      isOver = true
      return writing
    },
  }
}

function clickOf(user: number, timeMs: number): { readonly partition: number; readonly entry: Entry } {
  const userId = `user-${user}`
  const event = Event.fromPartial({ userId, itemId: `item-${timeMs % 7}`, type: 'click', timeMs: 1000 + timeMs })
  const value = EventRecord.encode({ record: { $case: 'event', event }, sequence: 0, acceptedMs: timeMs }).finish()
  return { partition: partitionOf(userId, PARTITIONS.length), entry: { key: userId, value } }
}

/** What came of a partition: how often its events count in the states of users, and of which the examples in the log are. */
async function outcomeOf(partition: number) {
  const { log, store } = runtime
  const { state, ends, positions } = await partitionStatus(log, store, partition)
  const users = await store.scan(partition, { prefix: userKey(''), limit: 1000 })
  const records = await log.read({ topic: TOPICS.examples, partition }, 0, { records: 1_000_000 })
  const { folded, duplicates, unreadable } = FoldState.fromPartial(state)
  return {
    counters: { folded, duplicates, unreadable, position: positions.events },
    remembered: users.reduce((sum, { value }) => sum + UserState.decode(value).events, 0),
    examplesOf: records.map(({ value }) => ExampleGroup.decode(value).sourceOffset),
    end: ends.events,
  }
}

const isFolded = async (partition: number): Promise<boolean> => {
  const { positions, ends, outboxDepth } = await partitionStatus(runtime.log, runtime.store, partition)
  return positions.events === ends.events && positions.touches === ends.touches && outboxDepth === 0
}

describe('feature stores that share a group, each a process', () => {
  it('fold every event exactly once while a third joins, and one of the first leaves', async () => {
    const writing = startWriting()
    await using first = await startFolding()
    await using second = await startFolding()
    await untilShared([first, second])
    await using third = await startFolding()
    await untilShared([first, second, third])
    second.child.kill('SIGTERM')
    expect(await second.child.ended).toBe(0)
    await untilShared([first, third])
    const written = await writing.stop()
    await until(async () => (await Promise.all(PARTITIONS.map(isFolded))).every(Boolean))

    const outcomes = await Promise.all(PARTITIONS.map(outcomeOf))
    for (const { counters, remembered, examplesOf, end } of outcomes) {
      expect(counters).toEqual({ folded: end, duplicates: 0, unreadable: 0, position: end })
      expect(remembered).toBe(end)
      expect(examplesOf).toEqual(Array.from({ length: end }, (_, offset) => offset))
    }
    expect(outcomes.reduce((sum, { end }) => sum + end, 0)).toBe(written)
    expect(written).toBeGreaterThan(USERS)
  })
})

describe('the retention of a partition on Kafka', () => {
  it('has the broker delete what is old and in both snapshots, and what Redis loses then comes back from those', async () => {
    await using directory = await temporaryDirectory()
    await using scene = await openRuntimeOf('kept', directory)
    const { log, store, firstDictionary: dictionary } = scene
    const [snapshots, partition] = [openSnapshotFiles(directory.within('snapshots')), clickOf(0, 0).partition]
    const of = { topic: TOPICS.events, partition }
    const foldOn = () =>
      runFolders({ log, store, dictionary, clock: systemClock, member: 'one', snapshots, snapshotEveryMs: 0, retentionMs: 1, onTrouble: () => undefined }) // prettier-ignore
    await using folders = await foldOn()
    while ((await log.first(of)) === 0) await log.append(of, [clickOf(0, 0).entry])
    await using other = await openRuntimeOf('kept', directory) // who asks the broker anew
    const first = await other.log.first(of)
    expect(first).toBeGreaterThan(0)
    const [, older] = await snapshots.kept(partition)
    expect(first).toBeLessThanOrEqual(older.events)
    await expect(other.log.read(of, 0, { records: 1 })).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })

    await redis.flush()
    await log.append(of, [clickOf(0, 0).entry])
    const end = await log.next(of)
    await until(async () => (await partitionStatus(log, store, partition)).state.folded === end)
    expect(await partitionStatus(log, store, partition)).toMatchObject({
      positions: { events: end },
      lost: { events: 0 },
      state: { duplicates: 0 },
    })
    expect(folders.owned.has(partition)).toBe(true)
  })
})
