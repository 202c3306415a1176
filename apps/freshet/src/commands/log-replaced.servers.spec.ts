import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Event, JournalRecord } from '@freshet/contracts'
import { IngestClient, TrainerClient } from '@freshet/contracts/services'
import { JOURNAL, type LogRecord, type Partition, TOPICS } from '@freshet/event-log'
import { systemClock } from '@freshet/kernel'
import { call, connect, loadConfig, openLogger, openRuntime, type Runtime, stream } from '@freshet/service'
import { Fleet, type KafkaBroker, startKafkaBroker, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { runCaptured } from '../services.fixture'

const ROOT = resolve(__dirname, '../../../..')
const TRAIN_MS = 60_000

let directory: TemporaryDirectory
let broker: KafkaBroker
let fleet: Fleet

const data = (): string => directory.within('data')
const log = (): string => `kafka://${broker.address}`
const opened = (): Promise<Runtime> =>
  openRuntime(loadConfig({ env: {}, overrides: { log: log(), data: data() } }), { logger: openLogger({ name: 'test', level: 'silent' }) })
const run = (...args: string[]) => runCaptured([...args, '--config', directory.within('freshet.yaml')])

const BEGUN_MS = systemClock.nowMs()

/** Users who each like some things, numbered from `from`. */
const clicks = (from: number, count: number): Event[] =>
  Array.from({ length: count }, (_, i) =>
    Event.fromPartial({
      eventId: `e${from + i}`,
      userId: `u${(from + i) % 31}`,
      itemId: `item-${(from + i) % 17}`,
      type: 'click',
      timeMs: BEGUN_MS + from + i,
    }),
  )

/** Tries until it is done: brokers come and go meanwhile. */
async function untilDone<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch {
      await systemClock.sleep(200)
    }
  }
}

/** Sends clicks, waits until they are learned, and makes a version of that. */
async function learn(from: number, count: number): Promise<string> {
  const [ingest, trainer] = [connect(IngestClient, fleet.address('all-in-one')), connect(TrainerClient, fleet.address('all-in-one'))]
  try {
    const events = clicks(from, count)
    await untilDone(async () => {
      const { acknowledgements } = await call(ingest, 'append', { events })
      if (acknowledgements.some(({ outcome }) => outcome?.$case !== 'accepted')) throw new TypeError('refused')
    })
    const { ends } = await untilDone(() => call(ingest, 'getStatus', {}))
    return await untilDone(async () => {
      for await (const { done } of stream(trainer, 'train', { until: ends }, { deadlineMs: TRAIN_MS })) if (done) break
      return (await call(trainer, 'checkpoint', {})).version
    })
  } finally {
    ingest.close()
    trainer.close()
  }
}

/** What brokers know, set aside while they are gone; put back, it is all that they know. */
const kept = (): string => directory.within('brokers')
async function backUpBroker(): Promise<void> {
  await broker.kill()
  await cp(join(broker.directory, 'data'), kept(), { recursive: true })
  await broker.restart()
}
async function restoreBroker(): Promise<void> {
  await broker.kill()
  await rm(join(broker.directory, 'data'), { recursive: true })
  await cp(kept(), join(broker.directory, 'data'), { recursive: true })
  await broker.restart()
}

async function readAll({ log }: Runtime, of: Partition): Promise<LogRecord[]> {
  const all: LogRecord[] = []
  const end = await log.next(of)
  for (let at = 0; at < end; at = (all.at(-1)?.offset ?? end - 1) + 1) {
    const records = await log.read(of, at, { records: 1000 })
    if (records.length === 0) break
    all.push(...records)
  }
  return all
}

describe('brokers that come back as they were earlier, under processes that run', () => {
  let versions: string[]

  beforeAll(async () => {
    directory = await temporaryDirectory()
    broker = await startKafkaBroker()
    const environment = { FRESHET_LOG: log(), FRESHET_TRAINER_VERSIONS_KEPT: '100' }
    fleet = await Fleet.start({ root: ROOT, data: data(), dictionary: 'generic', services: ['all-in-one'], environment })
    const settings = { log: log(), data: data(), all: { grpc: fleet.address('all-in-one'), http: '' }, logging: { level: 'silent' } }
    await writeFile(directory.within('freshet.yaml'), JSON.stringify(settings))
    versions = [await learn(0, 200)]
    await backUpBroker()
    versions.push(await learn(200, 200))
    await restoreBroker()
    versions.push(await learn(1000, 600)) // further than the versions had come
  }, 400_000)
  afterAll(async () => {
    for (const started of [fleet, broker, directory]) await started?.[Symbol.asyncDispose]()
  })

  it('have the trainer go on from the version that they confirm, and set aside the one that they do not', async () => {
    const folders = (await readdir(join(data(), 'default', 'versions'))).filter((name) => !name.startsWith('.'))
    const aside = folders.filter((name) => name.endsWith('.aside'))
    expect(folders).toEqual(expect.arrayContaining([versions[0], versions[2]]))
    expect(aside.some((name) => name.startsWith(`${versions[1]}-`))).toBe(true)
  })

  it('lose nothing that they accept afterwards: each example is cut once, in order, to the last', async () => {
    await using runtime = await opened()
    const next = new Map<number, number>()
    const records = (await readAll(runtime, JOURNAL)).map(({ value }) => JournalRecord.decode(value).record)
    for (const record of records)
      for (const { partition, from, to } of record?.$case === 'cut' ? record.cut.ranges : []) {
        expect([partition, from]).toEqual([partition, next.get(partition) ?? 0])
        next.set(partition, to)
      }
    const ends = await Promise.all([...next.keys()].map((partition) => runtime.log.next({ topic: TOPICS.examples, partition })))
    expect([...next.values()]).toEqual(ends)
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(800)
  })

  it('have a model that is what a twin says which knows only their log', async () => {
    const { code, stdout } = await run('verify', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ isEqual: true, from: 'genesis' })])
  })
})
