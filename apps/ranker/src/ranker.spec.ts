import { ItemState, JournalRecord, Result, UserState } from '@freshet/contracts'
import { call, connect, loadConfig, openLogger, serve, type Runtime, type Served } from '@freshet/service'
import { ranker, RankerClient } from '@freshet/contracts/services'
import { JOURNAL } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary, itemKey, itemPart, userKey } from '@freshet/features'
import { bytesOf, partitionOf } from '@freshet/kernel'
import { declareModelSet } from '@freshet/model'
import { openMemoryStore } from '@freshet/online-store/memory'
import { fakeClock, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { rankerApp } from './index'

const NOW_MS = 1_700_000_000_000
const PARTITIONS = 8
const START = { events: 0, touches: 0, catalog: 0 }
const dictionary = compileDictionary(builtInDictionary('generic'))
const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)

/** The app as its own process would host it: real graphs, real sockets; a log and a store in memory. */
async function open(directory: TemporaryDirectory) {
  const clock = fakeClock(NOW_MS)
  const [log, store] = [openMemoryLog(), openMemoryStore({ partitions: PARTITIONS })]
  const runtime = {
    ...{ clock, log, store, firstDictionary: dictionary, versionsDirectory: directory.within('versions') },
    config: loadConfig({ env: {}, overrides: { ranker: { ingestAddress: '127.0.0.1:1' } } }),
    logger: openLogger({ name: 'test', level: 'silent' }),
    drain: new AbortController(),
  } as unknown as Runtime
  await fillStore(store)
  const served: Served = await serve({
    name: 'ranker',
    runtime,
    modules: [rankerApp.module],
    grpc: { address: '127.0.0.1:0', setting: 'ranker.grpc', services: rankerApp.services },
    http: { address: '127.0.0.1:0', setting: 'ranker.http' },
  })
  const client = connect(RankerClient, served.grpcAddress)
  return {
    ...{ clock, log, client },
    post: (path: string, body: string | object) =>
      fetch(`http://${served.httpAddress}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      client.close()
      await served.close()
    },
  }
}

async function fillStore(store: ReturnType<typeof openMemoryStore>): Promise<void> {
  for (let p = 0; p < PARTITIONS; p++) {
    const items = ITEMS.filter((itemId) => partitionOf(itemId, PARTITIONS) === p)
    const puts = items.map((itemId, i) => ({
      key: itemKey(itemId),
      value: ItemState.encode(ItemState.create({ known: true, events: i })).finish(),
    }))
    if (partitionOf('ann', PARTITIONS) === p)
      puts.push({ key: userKey('ann'), value: UserState.encode(UserState.create({ events: 1 })).finish() })
    await store.commit(p, { expect: START, next: { ...START, events: 40 + p }, puts, outbox: [], publishedBelow: 0 })
  }
}

const ITEMS = Array.from({ length: 30 }, (_, i) => `item-${i}`)

/** What a trainer writes once it has learned one step: a row for every item, and dense parameters. */
async function learn(log: ReturnType<typeof openMemoryLog>): Promise<void> {
  const ids = Uint32Array.from(ITEMS.flatMap((itemId) => [...itemPart(dictionary, undefined, { itemId, nowMs: NOW_MS }).ids.slice(0, 2)]))
  const values = Float32Array.from({ length: ITEMS.length * modelSet.rowWidth }, (_, i) => Math.sin(i))
  const dense = modelSet.initialDense()
  const result = Result.create({ fromStep: 1, toStep: 1, chain: new Uint8Array(8), contains: new Array(PARTITIONS).fill(7) })
  const genesis = {
    dictionaryHash: dictionary.hash,
    model: '',
    seed: 1,
    logicalShards: 4,
    partitions: PARTITIONS,
    pins: undefined,
    stepFormat: 3,
  }
  const records: JournalRecord['record'][] = [
    { $case: 'genesis', genesis },
    { $case: 'cut', cut: { step: 1, ranges: [] } },
    {
      $case: 'result',
      result: { ...result, rowIds: bytesOf(ids), rowValues: bytesOf(values), dense: bytesOf(dense), denseLength: dense.length },
    },
  ]
  const encode = (record: JournalRecord['record']): Uint8Array =>
    JournalRecord.encode(JournalRecord.create({ epoch: 1, owner: 'a', record })).finish()
  await log.append(
    JOURNAL,
    records.map((record) => ({ key: 'model-set', value: encode(record) })),
  )
}

describe('the ranker service', () => {
  let directory: TemporaryDirectory
  let room: Awaited<ReturnType<typeof open>>

  beforeAll(async () => {
    directory = await temporaryDirectory()
    room = await open(directory)
  })
  afterAll(async () => {
    await room[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  const recommend = (fields: Partial<ranker.RecommendRequest> = {}): Promise<ranker.RecommendResponse> =>
    call(room.client, 'recommend', ranker.RecommendRequest.create({ userId: 'ann', ...fields }))

  it('answers before anything was learned, and says what is missing', async () => {
    await room.clock.advance(50)
    const { items, provenance } = await recommend()
    expect(items).toHaveLength(10)
    expect(provenance).toMatchObject({ modelVersion: { rowStep: 0, denseStep: 0 }, degraded: ['no-model'] })
    expect(provenance?.contains).toEqual(new Array(PARTITIONS).fill(-1))
    expect(provenance?.features[partitionOf('ann', PARTITIONS)]).toBe(40 + partitionOf('ann', PARTITIONS))
  })

  it('answers with what was just learned as soon as the journal says so', async () => {
    await learn(room.log)
    await room.clock.advance(1000) // whoever makes vectors has made those of the genesis, and rests nineteen times as long as each batch took
    const { items, provenance } = await recommend({ explain: true, limit: 30 })
    expect(provenance).toMatchObject({ modelVersion: { rowStep: 1, denseStep: 1 }, contains: new Array(PARTITIONS).fill(7), degraded: [] })
    expect(items).toHaveLength(30)
    expect(items[0].score).toBeGreaterThan(items[29].score)
    expect(items[0].explanation?.clickProbability).toBeGreaterThan(0)
  })

  it('ranks, finds alike, and predicts', async () => {
    const ranked = await call(room.client, 'rank', ranker.RankRequest.create({ userId: 'ann', itemIds: ['item-3', 'mystery', 'item-9'] }))
    expect([ranked.items.map(({ itemId }) => itemId).sort(), ranked.unknownItemIds]).toEqual([['item-3', 'item-9', 'mystery'], ['mystery']])
    const similar = await call(room.client, 'similar', ranker.SimilarRequest.create({ itemId: 'item-3', limit: 5 }))
    expect(similar.items).toHaveLength(5)
    const predicted = await call(room.client, 'predict', ranker.PredictRequest.create({ userId: 'ann', itemIds: ['item-3', 'mystery'] }))
    expect(predicted).toMatchObject({ clickProbabilities: [expect.any(Number), expect.any(Number)], unknownItemIds: ['mystery'] })
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['a limit of a million', () => recommend({ limit: 1e6 }), 'INVALID_FIELD'],
    ['an expression that does not parse', () => recommend({ rules: ranker.Rules.create({ require: 'item.price <' }) }), 'INVALID_FIELD'],
    ['no candidates', () => call(room.client, 'rank', ranker.RankRequest.create({ userId: 'ann' })), 'INVALID_FIELD'],
    ['what is like an unknown item', () => call(room.client, 'similar', ranker.SimilarRequest.create({ itemId: 'x' })), 'NOT_FOUND'],
  ])('refuses %s with a typed error', async (_, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ code, retryable: false })
  })

  it('reports what it stands on', async () => {
    const status = await call(room.client, 'getStatus', ranker.GetStatusRequest.create())
    expect(status).toMatchObject({ items: 30, rows: 30, journalPosition: 3, journalEnd: 3, version: '', provenance: { degraded: [] } })
    expect([status.requests > 0, status.answerP50Ms <= status.answerP99Ms, status.impressionsLogged]).toEqual([true, true, 0])
  })

  describe('by HTTP', () => {
    it('gives the same answers, in camel case', async () => {
      const response = await room.post('v1/recommend', { userId: 'ann', limit: 3, dryRun: true })
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          requestId: expect.any(String),
          items: new Array(3).fill(
            expect.objectContaining({ itemId: expect.any(String), score: expect.any(Number), source: expect.any(String) }),
          ),
          provenance: expect.objectContaining({ modelVersion: { rowStep: 1, denseStep: 1 }, degraded: [] }),
        },
      ])
      const ranked = await (await room.post('v1/rank', { userId: 'ann', itemIds: ['item-1', 'x'] })).json()
      expect(ranked).toMatchObject({ unknownItemIds: ['x'] })
      const similar = await (await room.post('v1/similar', { itemId: 'item-1', limit: 1 })).json()
      expect(similar).toMatchObject({ items: [{ source: 'similar' }] })
      const predicted = await (await room.post('predict', { userId: 'ann', itemIds: ['item-1'] })).json()
      expect(predicted).toMatchObject({ clickProbabilities: [expect.any(Number)] })
    })

    it.each<[string, string | object, number, string]>([
      ['v1/recommend', { limit: 0 }, 400, 'limit'],
      ['v1/recommend', { user: 'ann' }, 400, 'user'],
      ['v1/recommend', { rules: { require: 'item.' } }, 400, 'rules.require'],
      ['v1/recommend', '{"userId":', 400, ''],
      ['v1/similar', { itemId: 'mystery' }, 404, 'mystery'],
      ['predict', { userId: 'ann', itemIds: [] }, 400, 'itemIds is'],
    ])('refuses %s of %j with status %i', async (path, body, status, named) => {
      const response = await room.post(path, body)
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      expect(await response.text()).toContain(named)
    })
  })

  it('answers on while ingest is away, and drops no request for it', async () => {
    for (let i = 0; i < 5; i++) await recommend()
    await room.clock.advance(500)
    const { impressionsLogged } = await call(room.client, 'getStatus', ranker.GetStatusRequest.create())
    expect(impressionsLogged).toBe(0)
    expect((await recommend()).items).toHaveLength(10)
  })
})
