import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Event } from '@freshet/contracts'
import { FeatureStoreClient, IngestClient } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import { builtInDictionary, userKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { call, connect, loadConfig, openLogger, openRuntime, type Runtime } from '@freshet/service'
import { Fleet, type KafkaBroker, type RedisServer, startKafkaBroker, startRedis, temporaryDirectory } from '@freshet/testing'
import type { TemporaryDirectory } from '@freshet/testing'
import { runCaptured } from '../services.fixture'

const ROOT = resolve(__dirname, '../../../..')
const EVENTS = 60
const PARTITION = partitionOf('ada', 8)
const EXIT = { done: 0, missing: 1, unanswered: 3, refused: 4, damaged: 5 }

let directory: TemporaryDirectory
let broker: KafkaBroker
let redis: RedisServer
let fleet: Fleet

const engines = () => ({ log: `kafka://${broker.address}`, store: redis.address })
const data = (): string => directory.within('data')
const config = () => loadConfig({ env: {}, overrides: { ...engines(), data: data(), redis: { deadlineMs: 5000 } } })
const opened = (): Promise<Runtime> => openRuntime(config(), { logger: openLogger({ name: 'test', level: 'silent' }) })
const STARTED_MS = Date.now() // of live events: an older time is refused
const click = (i: number, given: Partial<Event> = {}): Event =>
  Event.fromPartial({
    eventId: `e${i}`,
    userId: i % 2 === 0 ? 'ada' : `u${i}`,
    itemId: `item-${i % 7}`,
    type: 'click',
    timeMs: STARTED_MS + i,
    ...given,
  })

/** The command line, pointed at the process and its engines. */
const run = (...args: string[]) => runCaptured([...args, '--config', directory.within('freshet.yaml')])
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout)

async function append(...events: Event[]): Promise<void> {
  using client = { ingest: connect(IngestClient, fleet.address('all-in-one')), [Symbol.dispose]: () => client.ingest.close() }
  await call(client.ingest, 'append', { events })
}

/** Until every stage says how it is now. */
async function untilWell(): Promise<void> {
  while (!(await run('status')).stdout.startsWith('observe')); // prettier-ignore
}

/** What Prometheus reads, without words about it. */
async function metrics(): Promise<string> {
  const text = await (await fetch(`http://${fleet.address('all-in-one-http')}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith('freshet_') && !line.startsWith('freshet_calls'))
  return lines.slice(lines.findIndex((line) => line.startsWith('freshet_log_serving'))).join('\n')
}

/** Until every event is folded, and all that it caused is published and forgotten. */
async function untilFolded(): Promise<void> {
  const client = connect(FeatureStoreClient, fleet.address('all-in-one'))
  const isFolded = async (): Promise<boolean> => {
    const { partitions } = await call(client, 'getStatus', {})
    return partitions.every(({ eventsPosition, eventsEnd, outboxDepth }) => eventsPosition >= eventsEnd && outboxDepth === 0)
  }
  while (!(await isFolded())) await systemClock.sleep(50)
  client.close()
}

/** Where the process runs that answers, the commands find it by this. */
async function writeSettings(): Promise<void> {
  const all = { grpc: fleet.address('all-in-one'), http: '' }
  await writeFile(directory.within('freshet.yaml'), JSON.stringify({ ...engines(), data: data(), all, logging: { level: 'silent' } }))
}

beforeAll(async () => {
  directory = await temporaryDirectory()
  ;[broker, redis] = await Promise.all([startKafkaBroker(), startRedis({ appendOnly: true })])
  const { log, store } = engines()
  const environment = { FRESHET_LOG: log, FRESHET_STORE: store }
  fleet = await Fleet.start({ root: ROOT, data: data(), dictionary: 'generic', services: ['all-in-one'], environment })
  await writeSettings()
  await append(...Array.from({ length: EVENTS }, (_, i) => click(i)))
  await untilFolded()
}, 240_000)
afterAll(async () => {
  for (const started of [fleet, redis, broker, directory]) await started?.[Symbol.asyncDispose]()
})

describe('freshet status, on Kafka and Redis', () => {
  it('says how far each partition is, in JSON and in a line each', async () => {
    let facts: { featureStore?: { partitions: { eventsPosition?: number; outboxDepth?: number }[] } } = {}
    while (facts.featureStore === undefined) facts = (await json('status', '--partitions')) as typeof facts // on a busy machine it may be late
    const { partitions } = facts.featureStore
    expect(partitions).toHaveLength(8)
    expect(partitions.reduce((sum, { eventsPosition = 0 }) => sum + eventsPosition, 0)).toBeGreaterThanOrEqual(EVENTS)
    let text = ''
    while (!text.includes('to fold')) text = (await run('status', '--partitions')).stdout
    expect(text.split('\n').filter((line) => /^ +[0-7] +\d+ +\d+ /.test(line))).toHaveLength(8)
  })
})

describe('freshet dead-letter, on Kafka', () => {
  beforeAll(() => append(click(900, { type: 'love' }), click(901, { type: 'love' }), click(902, { itemId: '' })))

  it('lists what was refused, a page at a time, and shows one with its event', async () => {
    expect(await json('dead-letter', 'list', '--limit', '2')).toMatchObject({
      letters: [{ offset: 0, field: 'type' }, { offset: 1 }],
      next: 2,
      end: 3,
    })
    expect(await json('dead-letter', 'list', '--from', '2')).toMatchObject({ letters: [{ offset: 2, field: 'item_id' }] })
    expect(await json('dead-letter', 'show', '1')).toMatchObject({ offset: 1, holds: 'event', event: { eventId: 'e901', type: 'love' } })
    expect((await run('dead-letter', 'show', '99')).code).toBe(EXIT.missing)
  })

  it('replays what is good by now, once, and says why the rest is not', async () => {
    await writeFile(directory.within('love.yaml'), builtInDictionary('generic').replace('\nvalue:', '\n  love: {}\nvalue:'))
    expect((await run('dictionary', 'set', directory.within('love.yaml'))).code).toBe(EXIT.done)
    const first = await run('dead-letter', 'replay', '--all')
    expect(first.stdout).toMatch(
      /letter 0: taken, as record \d+ of partition \d\nletter 1: taken.*\nletter 2: refused: item_id.*\n2 of 3 were taken now/,
    )
    const again = await run('dead-letter', 'replay', '0', '1')
    expect(again.stdout).toMatch(/letter 0: was replayed before.*\nletter 1: was replayed before.*\n0 of 2 were taken now/)
    expect((await run('dead-letter', 'list')).stdout.match(/ replayed$/gm)).toHaveLength(2)
  })
})

describe('freshet repair, on Kafka and Redis, while the partition is folded', () => {
  const examples = async (): Promise<number> => {
    await using runtime = await opened()
    return await runtime.log.next({ topic: TOPICS.examples, partition: PARTITION })
  }

  /** Changes what is remembered of ada, behind the back of everybody; whoever folds finds out at his next commit, and loads again. */
  async function spoil(): Promise<void> {
    await using runtime = await opened()
    const commit = { puts: [{ key: userKey('ada'), value: null }], outbox: [], publishedBelow: 0 }
    await untilTaken(async () => {
      const at = await runtime.store.positions(PARTITION)
      await runtime.store.commit(PARTITION, { expect: at, next: at, ...commit })
    })
  }

  /** Tries until its owner does not commit at the same moment. */
  async function untilTaken(commit: () => Promise<void>): Promise<void> {
    while (!(await commit().then(() => true, () => false))); // prettier-ignore
  }

  it('finds a sound partition sound, and changes nothing', async () => {
    await untilFolded()
    const { code, stdout } = await run('repair', `${PARTITION}`)
    expect([code, stdout]).toEqual([EXIT.done, expect.stringMatching(/ keys .* from its beginning: all as the log says\n$/)])
  })

  it('names what is damaged, and makes it anew from the log: as it was, with each example once', async () => {
    const before = await examples()
    await spoil()
    const found = await run('repair', `${PARTITION}`, '--check')
    expect([found.code, found.stdout]).toEqual([EXIT.damaged, expect.stringMatching(/1 DIFFER\n {2}u:ada is missing\n$/)])
    expect(await json('repair', `${PARTITION}`)).toMatchObject({ isSound: true, keysDiffering: 0, before: { keysDiffering: 1 } })
    expect((await run('repair', `${PARTITION}`, '--check')).code).toBe(EXIT.done)
    await append(click(1000))
    await untilFolded()
    expect(await examples()).toBe(before + 1)
  })

  it('brings back a store that contains more than its log, as after a backup of the log alone', async () => {
    {
      await using runtime = await opened()
      const ahead = { events: 100_000, touches: 0, catalog: 0 }
      const empty = { puts: [], outbox: [], publishedBelow: 0 }
      await untilTaken(async () =>
        runtime.store.commit(PARTITION, { expect: await runtime.store.positions(PARTITION), next: ahead, ...empty }),
      )
    }
    expect((await run('repair', `${PARTITION}`, '--check')).stdout).toContain('its positions are beyond the end of the log')
    expect(await json('repair', `${PARTITION}`, '--from-log')).toMatchObject({ isSound: true, keysDiffering: 0 })
    await append(click(1002))
    await untilFolded()
    expect((await run('repair', `${PARTITION}`, '--check')).code).toBe(EXIT.done)
  })

  it('makes a sound one anew where it is told to', async () => {
    expect((await run('repair', `${PARTITION}`, '--force', '--from-log')).stdout).toMatch(/^made anew\n/)
  })
})

describe('freshet backup and restore, on Kafka and Redis', () => {
  it('copy what lies in the directory, and say where the rest is and what to do about it', async () => {
    const { code, stdout } = await run('backup', directory.within('monday'))
    expect([code, stdout]).toEqual([
      EXIT.done,
      expect.stringMatching(/the log is in kafka: mirror its topics[^]*the store is in redis: it is rebuilt from snapshots and the log/),
    ])
    expect(await readdir(directory.within('monday'))).toEqual(expect.arrayContaining(['backup.json', 'meta.json', 'dictionary.yaml']))
    expect(await readdir(directory.within('monday'))).not.toContain('log')
  })

  it('refuse another name, by which neither engine knows anything', async () => {
    const { code, stderr } = await run('restore', directory.within('monday'), '--data', 'tuesday')
    expect([code, stderr]).toEqual([EXIT.refused, expect.stringMatching(/knows it by that name; restore it as --data default/)])
  })

  it('bring a directory that was lost back to the engines that have the rest', async () => {
    await mkdir(directory.within('elsewhere'))
    const settings = JSON.stringify({ ...engines(), data: directory.within('elsewhere'), logging: { level: 'silent' } })
    await writeFile(directory.within('elsewhere.yaml'), settings)
    const there = (...args: string[]) => runCaptured([...args, '--config', directory.within('elsewhere.yaml')])
    expect((await there('restore', directory.within('monday'))).code).toBe(EXIT.done)
    const { code, stdout } = await there('repair', `${PARTITION}`, '--check')
    expect([code, stdout]).toEqual([EXIT.done, expect.stringContaining('all as the log says')])
  })
})

describe('the commands of an operator, while an engine is gone', () => {
  it('say that the store is, which, and that it may be tried again', async () => {
    await redis.kill()
    const repair = await run('repair', `${PARTITION}`, '--check', '--json')
    expect([repair.code, JSON.parse(repair.stdout)]).toEqual([
      EXIT.unanswered,
      { error: expect.objectContaining({ code: 'UNAVAILABLE', retryable: true }) },
    ])
    expect(repair.stderr).toContain(redis.address)
    const status = await run('status', '--partitions')
    expect([status.code, status.stdout]).toEqual([EXIT.done, expect.stringMatching(/^the online store does not answer: .*redis:\/\/127/)])
    expect(status.stdout).toMatch(/^remember .* folded \d+.*\n.*\n +as it was [\d.]+ s ago/m)
    expect(await metrics()).toMatch(/^freshet_log_serving\S* 1\nfreshet_store_serving\S* 0\n[^]*freshet_feature_store_lag_records/)
    await redis.restart()
    await untilFolded()
    expect((await run('repair', `${PARTITION}`, '--check')).code).toBe(EXIT.done)
  })

  it('say that the log is that halts, what was last known of each stage, and that it is well again', async () => {
    await untilWell()
    broker.stop()
    const status = await run('status')
    expect([status.code, status.stdout]).toEqual([
      EXIT.done,
      expect.stringMatching(new RegExp(`^the log does not answer: .*${broker.address}`)),
    ])
    expect(status.stdout).toMatch(/^observe .* events in the log [1-9][^]* as it was [\d.]+ s ago.*\nremember /m)
    expect(status.stdout.match(/does not answer/g)).toHaveLength(1)
    const figures = await metrics()
    expect(figures).toMatch(/^freshet_log_serving\S* 0\nfreshet_store_serving\S* 1\n/)
    for (const stage of ['ingest_events_end', 'feature_store_lag_records', 'trainer_step', 'ranker_journal_end'])
      expect(figures).toContain(`\nfreshet_${stage}{`)
    broker.cont()
    await untilWell()
  })

  it('say that the log is, and leave no half of a backup', async () => {
    await broker.kill()
    for (const args of [
      ['repair', `${PARTITION}`, '--check'],
      ['backup', directory.within('sunday')],
    ]) {
      const { code, stderr } = await run(...args)
      expect([code, stderr]).toEqual([EXIT.unanswered, expect.stringContaining(broker.address)])
    }
    expect(await readdir(directory.path)).not.toContain('sunday')
    const letters = await run('dead-letter', 'list')
    expect([letters.code, letters.stderr]).toEqual([EXIT.unanswered, expect.stringContaining(broker.address)])
  })
})
