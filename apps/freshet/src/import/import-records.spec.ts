import { Event } from '@freshet/contracts'
import {
  feature,
  FeatureStoreClient,
  FeatureStoreService,
  IngestClient,
  type trainer,
  TrainerClient,
  TrainerService,
} from '@freshet/contracts/services'
import { TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { ingestApp } from '@freshet/ingest-service'
import { systemClock } from '@freshet/kernel'
import { connect, loadConfig, openLogger, RUNTIME, serve, type Runtime } from '@freshet/service'
import { Controller, Inject, Module } from '@nestjs/common'
import { GrpcMethod } from '@nestjs/microservices'
import { importRecords, type ImportClients } from './import-records'
import type { ImportSource } from './import-source'
import { silentProgress } from './progress'
import { importReportText } from './report-text'

const dictionary = compileDictionary(builtInDictionary('retailrocket'))
let statuses = 0
let isFoldStuck = false

/** A feature store that has folded everything by the second time it is asked, and a trainer that learns in two strides. */
@Controller()
class LaterStages {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  @GrpcMethod('FeatureStore', 'GetStatus')
  async status(): Promise<feature.GetStatusResponse> {
    const ends = await endsOf(this.runtime.log)
    const [first, again] = [statuses === 0, !isFoldStuck && statuses++ > 1]
    const partitions = ends.map((end, partition) => ({ ...EMPTY, partition, eventsPosition: again ? end : 0, eventsEnd: end }))
    return feature.GetStatusResponse.create({ dictionaryHash: dictionary.hash, partitions, duplicates: first ? 5 : 7, late: 1 })
  }

  @GrpcMethod('Trainer', 'Train')
  async *train({ until }: trainer.TrainRequest): AsyncGenerator<trainer.TrainResponse> {
    const examplesTotal = until.length
    yield { examples: 1, examplesTotal, step: 1, rankLoss: 0.7, auc: 0.5, examplesPerS: 10, done: false }
    yield { examples: examplesTotal, examplesTotal, step: 2, rankLoss: 0.6, auc: 0.75, examplesPerS: 10, done: true }
  }
}

@Module({ controllers: [LaterStages] })
class LaterModule {}

const EMPTY = { touchesPosition: 0, catalogPosition: 0, outboxDepth: 0, watermarkMs: 0, owned: true }
const endsOf = (log: EventLog): Promise<number[]> =>
  Promise.all(Array.from({ length: 8 }, (_, partition) => log.next({ topic: TOPICS.events, partition })))

const source = (events: number, given: Partial<ImportSource> = {}): ImportSource => ({
  name: 'retailrocket:/data',
  dictionary: 'retailrocket',
  notes: ['a note'],
  items: [{ itemId: 'i', attributes: {}, unavailable: false, createdMs: 0 }],
  users: [{ userId: '', attributes: {} }],
  events: Array.from({ length: events }, (_, i) =>
    Event.fromPartial({
      eventId: `e${i}`,
      userId: `u${i % 10}`,
      itemId: `i${i % 7}`,
      type: i % 100 === 99 ? 'vew' : 'view',
      timeMs: 1000 + i,
    }),
  ),
  unreadable: [{ line: 3, reason: 'event: it is an object' }],
  ...given,
})

/** The services of an import, on a log in memory; `log` may stand between. */
async function open(log: EventLog = openMemoryLog()) {
  statuses = 0
  isFoldStuck = false
  const parts = { clock: systemClock, log, dictionary, logger: openLogger({ name: 'test', level: 'silent' }), drain: new AbortController() }
  const served = await serve({
    name: 'test',
    runtime: { config: loadConfig({ env: {} }), ...parts } as unknown as Runtime,
    modules: [ingestApp.module, LaterModule],
    grpc: { address: '127.0.0.1:0', setting: 'all.grpc', services: [...ingestApp.services, FeatureStoreService, TrainerService] },
  })
  const at = served.grpcAddress
  const clients: ImportClients = {
    ingest: connect(IngestClient, at),
    featureStore: connect(FeatureStoreClient, at),
    trainer: connect(TrainerClient, at),
  }
  return {
    log,
    scope: { clients, clock: systemClock, progress: silentProgress, patienceMs: 2000 },
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client.close()
      await served.close()
    },
  }
}

describe('an import', () => {
  it('sends catalogue and events, closes the replay, waits for features and training, and says what became of each', async () => {
    await using services = await open()
    const report = await importRecords(source(2500), services.scope)
    expect(report).toMatchObject({
      items: 1,
      users: 1,
      events: 2500,
      accepted: 2475,
      deduplicated: 2,
      late: 0,
      examples: 8,
      step: 2,
      auc: 0.75,
    })
    expect(report.deadLettered).toEqual([
      { code: 'INVALID_FIELD', field: 'user_id', count: 1, example: expect.stringContaining('a catalogue entry has an id') },
      { code: 'INVALID_FIELD', field: 'type', count: 25, example: expect.stringContaining("'vew'") },
    ])
    const written = (await endsOf(services.log)).reduce((sum, end) => sum + end, 0)
    expect(written).toBeGreaterThanOrEqual(2475 + 8)
  })

  it('goes on where a stream broke, and leaves nothing out', async () => {
    const memory = openMemoryLog()
    let appends = 0
    const append: EventLog['append'] = async (to, entries) => {
      if (to.topic === TOPICS.events && [10, 30, 31].includes(appends++)) throw new RangeError('the log was restarted')
      return memory.append(to, entries)
    }
    await using services = await open({ ...memory, append })
    const report = await importRecords(source(5000), services.scope)
    expect(report.accepted).toBe(4950)
  })

  it('gives up when the feature store answers and folds nothing', async () => {
    await using services = await open()
    isFoldStuck = true
    const importing = importRecords(source(10), { ...services.scope, patienceMs: 300 })
    await expect(importing).rejects.toThrow(/the fold of features \(\d+ of \d+ records wait\) is not available; see the log/)
  })

  it('gives up with the reason when a service stays away', async () => {
    const memory = openMemoryLog()
    const append: EventLog['append'] = async (to, entries) => {
      if (to.topic === TOPICS.events) throw new RangeError('the log is gone')
      return memory.append(to, entries)
    }
    await using services = await open({ ...memory, append })
    await expect(importRecords(source(10), { ...services.scope, patienceMs: 1 })).rejects.toThrow(/the log is gone/)
  })

  it('refuses services that were started with another dictionary, before it sends anything', async () => {
    await using services = await open()
    const attempt = importRecords(source(10, { dictionary: 'movielens' }), services.scope)
    await expect(attempt).rejects.toThrow(/needs 'movielens'; start them on a data set of their own: freshet up --data movielens/)
    expect((await endsOf(services.log)).every((end) => end === 0)).toBe(true)
  })

  it('of nothing at all is an import too', async () => {
    await using services = await open()
    expect(await importRecords(source(0, { items: [], users: [] }), services.scope)).toMatchObject({ accepted: 0, events: 0 })
  })

  it('ends with a table that a person can read', async () => {
    await using services = await open()
    const text = importReportText(await importRecords(source(200), services.scope))
    expect(text).toMatch(/^ {2}accepted +198$/m)
    expect(text).toMatch(/^ {4}INVALID_FIELD type +2: type is 'vew'/m)
    expect(text).toMatch(/^ {4}line 3 +event: it is an object$/m)
    expect(text).toMatch(/^AUC +0.7500/m)
  })
})
