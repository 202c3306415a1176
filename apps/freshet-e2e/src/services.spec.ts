import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { FleetService } from '@freshet/testing'
import type { ingest } from '@freshet/contracts/services'
import { call } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { isHealthy, reflectedServices } from './grpc-tools.fixture'
import { DICTIONARY, type House, openHouse } from './house.fixture'
import { eventsOf, openDataSet } from './log-reader.fixture'
import { runService } from './processes.fixture'
import { acknowledgements, clicks, recommend, status, stock } from './shop.fixture'

const SERVICES: readonly (readonly [FleetService, string])[] = [
  ['ingest', 'freshet.ingest.v1.Ingest'],
  ['feature-store', 'freshet.feature.v1.FeatureStore'],
  ['trainer', 'freshet.trainer.v1.Trainer'],
  ['migrator', 'freshet.migrator.v1.Migrator'],
  ['ranker', 'freshet.ranker.v1.Ranker'],
]

describe('five services, each a process of its own', () => {
  let house: House

  beforeAll(async () => {
    house = await openHouse()
    await stock(house)
  })
  afterAll(() => house[Symbol.asyncDispose]())

  it.each(SERVICES)('%s says that it is healthy, as a process and as a service', async (service, name) => {
    const address = house.fleet.address(service)
    expect([await isHealthy(address), await isHealthy(address, name), await isHealthy(address, 'freshet.other.v1.Other')]).toEqual([
      true,
      true,
      false,
    ])
  })

  it.each(SERVICES)('%s reflects what it serves', async (service, name) => {
    const client = { ...house, 'feature-store': house.features }[service as 'ingest']
    expect(await reflectedServices(client)).toContain(name)
  })

  it.each([
    [{ FRESHET_TRAINER_CUT_MSS: '20' }, 'FRESHET_TRAINER_CUT_MSS', 'did you mean FRESHET_TRAINER_CUT_MS?'],
    [{ FRESHET_TRAINER_CUT_MS: 'soon' }, 'trainer.cutMs', '"soon"'],
    [{ FRESHET_PARTITIONS: '0' }, 'partitions', 'expected number to be >=1'],
  ])('refuses the setting %j by name, before it opens anything', async (env, setting, hint) => {
    const { code, stderr } = await runService('trainer', { cwd: house.data, env: { FRESHET_DATA: house.directory.within('none'), ...env } })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^trainer: the environment: /)])
    expect(stderr).toContain(setting)
    expect(stderr).toContain(hint)
  })

  it('refuses an unknown key of freshet.yaml with its full path', async () => {
    const cwd = house.directory.within()
    await writeFile(house.directory.within('freshet.yaml'), 'ranker:\n  httpp: 127.0.0.1:1\n')
    const { code, stderr } = await runService('ranker', { cwd })
    expect([code, stderr]).toEqual([
      2,
      'ranker: freshet.yaml: ranker.httpp is "127.0.0.1:1", but there is no such setting; did you mean ranker.http?\n',
    ])
  })

  it('refuses a port that is in use, and names the setting that would change it', async () => {
    const address = house.fleet.address('feature-store')
    const env = { FRESHET_DATA: house.data, FRESHET_DICTIONARY: DICTIONARY, FRESHET_FEATURE_STORE_GRPC: address }
    const { code, stderr } = await runService('feature-store', { cwd: house.data, env })
    expect([code, stderr]).toEqual([4, expect.stringContaining(`${address} is in use by another process`)])
    expect(stderr).toContain('featureStore.grpc')
    expect((await call(house.features, 'getStatus', {})).partitions).toHaveLength(8)
  })

  it('ends in order when it is told to: what it has taken is answered, what it answered is durable, and it exits with 0', async () => {
    const stream = house.ingest.stream()
    const batches = Array.from({ length: 20 }, (_, correlation) => ({ correlation, events: clicks(100 * correlation, 100) }))
    for (const batch of batches) stream.write(batch)
    const answered: number[] = []
    const taken: number[] = []
    stream.on('data', ({ correlation, acknowledgements: outcomes }: ingest.StreamResponse) => {
      answered.push(correlation)
      taken.push(...outcomes.flatMap(({ outcome }) => (outcome?.$case === 'accepted' ? [outcome.accepted.offset] : [])))
    })
    const ended = once(stream, 'end')
    await eventually('the first answer', async () => answered.length > 0)
    expect(await house.fleet.signal('ingest', 'SIGTERM')).toBe(0)
    await ended
    expect(answered).toEqual(batches.slice(0, answered.length).map(({ correlation }) => correlation))
    await using dataSet = await openDataSet(house.data)
    const durable = await eventsOf(dataSet)
    expect(taken).toHaveLength(100 * answered.length)
    expect(durable).toHaveLength(taken.length)
  })

  it('is missed with a typed error while it is away, and found again without a new client', async () => {
    const refused = { code: 'UNAVAILABLE', retryable: true, message: expect.stringContaining(house.fleet.address('ingest')) }
    await expect(acknowledgements(house.ingest, clicks(0, 1))).rejects.toMatchObject(refused)
    await house.fleet.launch('ingest')
    await eventually('ingest', async () => (await acknowledgements(house.ingest, clicks(5000, 1)))[0].outcome?.$case === 'accepted')
  })

  it('may lose its trainer and its feature store, and the ranker answers on', async () => {
    for (const service of ['trainer', 'feature-store'] as const) expect(await house.fleet.signal(service, 'SIGTERM')).toBe(0)
    expect((await recommend(house, { userId: 'ada' })).items).toHaveLength(10)
    expect((await status(house)).items).toBe(40)
  })

  it.each(['ranker', 'migrator'] as const)('%s exits with 0 too', async (service) => {
    expect(await house.fleet.signal(service, 'SIGTERM')).toBe(0)
  })
})
