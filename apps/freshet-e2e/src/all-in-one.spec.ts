import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { call } from '@freshet/service'
import { Fleet, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { eventually } from './eventually.fixture'
import { isHealthy, reflectedServices } from './grpc-tools.fixture'
import { get, post } from './http.fixture'
import { type Clients, connectAll, DICTIONARY, ROOT } from './house.fixture'
import { runFreshet } from './processes.fixture'
import { clicks, learned, probabilities, recommend, send, status, stock } from './shop.fixture'

const SERVICES = ['ingest.v1.Ingest', 'feature.v1.FeatureStore', 'trainer.v1.Trainer', 'migrator.v1.Migrator', 'ranker.v1.Ranker']

describe('all five services in one process', () => {
  let directory: TemporaryDirectory
  let fleet: Fleet
  let house: Clients

  beforeAll(async () => {
    directory = await temporaryDirectory()
    fleet = await Fleet.start({ root: ROOT, data: directory.within('data'), dictionary: DICTIONARY, services: ['all-in-one'] })
    house = connectAll(() => fleet.address('all-in-one'))
    await stock(house)
  })
  afterAll(async () => {
    house[Symbol.dispose]()
    await fleet[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  it('serve on one address, healthy and reflected each', async () => {
    const names = SERVICES.map((name) => `freshet.${name}`)
    const address = fleet.address('all-in-one')
    expect(await Promise.all(names.map((name) => isHealthy(address, name)))).toEqual(names.map(() => true))
    expect(await reflectedServices(house.ingest)).toEqual(expect.arrayContaining(names))
  })

  it('learn from an event, and answer with what they learned', async () => {
    await send(house, clicks(0, 200))
    await learned(house)
    const [before] = await probabilities(house, 'ada', ['item-3'])
    const places = await send(
      house,
      new Array(20).fill(0).map((_, i) => ({ ...clicks(0, 1)[0], eventId: `ada-${i}`, userId: 'ada', itemId: 'item-3' })),
    )
    const last = places[places.length - 1]
    await eventually('an answer that contains the event', async () => {
      const { provenance } = await recommend(house, { userId: 'ada' })
      return (provenance?.contains[last.partition] ?? -1) >= last.offset
    })
    expect((await probabilities(house, 'ada', ['item-3']))[0]).toBeGreaterThan(before)
  })

  it('log what they show to themselves', async () => {
    await recommend(house, { userId: 'ada', dryRun: false })
    await eventually('the impression', async () => (await status(house)).impressionsLogged === 1)
  })

  it('speak HTTP on one address', async () => {
    const address = fleet.address('all-in-one-http')
    expect(await post(address, 'v1/events', { userId: 'ada', itemId: 'item-1', type: 'view' })).toMatchObject({ status: 200 })
    expect(await post(address, 'v1/recommend', { userId: 'ada', limit: 5, dryRun: true })).toMatchObject({
      status: 200,
      body: { items: { length: 5 } },
    })
    expect(await post(address, 'predict', { userId: 'ada', itemIds: ['item-1'] })).toMatchObject({ status: 200 })
    expect(await get(address, 'healthz')).toMatchObject({ status: 200, body: { status: 'serving' } })
    expect(await get(address, 'metrics')).toMatchObject({ status: 200, body: expect.stringContaining('service="freshet"') })
  })

  it('are found by the command line, end in order, and go on where they were', async () => {
    const env = { FRESHET_DATA: directory.within('data'), FRESHET_ALL_GRPC: fleet.address('all-in-one'), ...AWAY }
    const { code, stdout } = await runFreshet(['recommend', 'ada', '--limit', '3'], { cwd: directory.path, env })
    expect([code, stdout.match(/\bitem-\d+\b/g)?.length]).toEqual([0, 3])
    const { step } = await call(house.trainer, 'getStatus', {})
    expect(await fleet.signal('all-in-one', 'SIGTERM')).toBe(0)
    await fleet.launch('all-in-one')
    await eventually('the trainer', async () => (await call(house.trainer, 'getStatus', {})).step >= step)
    await eventually('a whole answer', async () => (await recommend(house, { userId: 'ada' })).provenance?.degraded.length === 0)
  })
})

describe('the demo', () => {
  it('shows computed figures of a simulated shop, beside popularity, random and an oracle, until it is told to end', async () => {
    await using directory = await temporaryDirectory()
    const env = { ...process.env, FRESHET_ALL_GRPC: '127.0.0.1:0', FRESHET_ALL_HTTP: '127.0.0.1:0' }
    const child = spawn(process.execPath, [join(ROOT, 'apps/freshet/bin/freshet.mjs'), 'up', '--demo'], {
      cwd: directory.path,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(child, 'exit')
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (shown += piece))
    const complaints = text(child.stderr)
    try {
      const table = await eventually('two pictures', async () => shown.split(/oracle/i).length > 2 && shown)
      expect(table).toContain('SIMULATED')
      for (const policy of ['Freshet', 'popularity', 'random', 'oracle']) expect(table.toLowerCase()).toContain(policy.toLowerCase())
    } finally {
      child.kill('SIGTERM')
    }
    expect(await ended).toEqual([0, null])
    expect(shown).toMatch(/CTR in the first picture and in the last/)
    expect(await complaints).not.toMatch(/error/i)
  })
})

const AWAY = Object.fromEntries(
  ['INGEST', 'FEATURE_STORE', 'TRAINER', 'MIGRATOR', 'RANKER'].map((service) => [`FRESHET_${service}_GRPC`, '127.0.0.1:1']),
)
