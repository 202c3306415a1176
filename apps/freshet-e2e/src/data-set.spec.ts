import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IngestClient } from '@freshet/contracts/services'
import { call, connect } from '@freshet/service'
import { spawnSource } from '@freshet/testing'
import { eventually } from './eventually.fixture'
import { DICTIONARY, type House, openHouse, ROOT } from './house.fixture'
import { deadLettersOf, eventsOf, openDataSet } from './log-reader.fixture'
import { runService } from './processes.fixture'
import { acknowledgements, clicks, learned, recommend, send, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

describe('a data set', () => {
  let house: House

  beforeAll(async () => {
    house = await openHouse()
    await stock(house)
  })
  afterAll(() => house[Symbol.asyncDispose]())

  describe('that a process was not made for', () => {
    /** Changes a copy of the data set's description, and starts a service on it. */
    const startOn = async (change: (meta: Record<string, unknown>) => string, env: Record<string, string> = {}) => {
      const copy = house.directory.within('copy', 'default')
      for (const file of ['meta.json', 'dictionary.yaml']) await cp(join(house.data, 'default', file), join(copy, file))
      await writeFile(join(copy, 'meta.json'), change(JSON.parse(await readFile(join(copy, 'meta.json'), 'utf8'))))
      const nowhere = { FRESHET_INGEST_GRPC: '127.0.0.1:0', FRESHET_INGEST_HTTP: '' }
      return runService('ingest', { cwd: house.directory.path, env: { FRESHET_DATA: house.directory.within('copy'), ...nowhere, ...env } })
    }
    const asItIs = (meta: object): string => JSON.stringify(meta)

    it.each<[string, Parameters<typeof startOn>, number, string]>([
      ['a newer schema', [(meta) => asItIs({ ...meta, schema: 2, shards: [] })], 4, 'has schema 2, and this release reads 1'],
      ['another dictionary', [asItIs, { FRESHET_DICTIONARY: 'generic' }], 4, 'was made with feature dictionary'],
      ['another number of partitions', [asItIs, { FRESHET_PARTITIONS: '4' }], 4, 'was made with 8 partitions, not 4'],
      ['a description that is cut off', [(meta) => asItIs(meta).slice(0, 30)], 5, 'it is not the description of a data set'],
    ])('is refused because of %s, by name and with a remedy', async (_, [change, env], code, rule) => {
      const ended = await startOn(change, env)
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(/^ingest: .*--data NAME/)])
      expect(ended.stderr).toContain(rule)
      expect(ended.stderr).toContain(join('copy', 'default'))
    })
  })

  it('whose newest version is half written is trained and answered from the one before', async () => {
    const versions: string[] = []
    for (const from of [0, 200]) {
      await send(house, clicks(from, 200))
      await learned(house)
      versions.push((await call(house.trainer, 'checkpoint', {})).version)
    }
    const [older, newest] = versions
    for (const service of ['trainer', 'ranker'] as const) await house.fleet.signal(service, 'SIGKILL')
    const table = join(house.data, 'default', 'versions', newest, 'table.safetensors')
    await truncate(table, Math.floor((await stat(table)).size / 2))
    await Promise.all([house.fleet.launch('trainer'), house.fleet.launch('ranker')])
    await learned(house)
    expect(house.fleet.lastWords('trainer')).toContain(`${newest}/table.safetensors`)
    const kept = (await call(house.trainer, 'listVersions', { verify: false })).versions.map(({ version }) => version)
    expect(kept).toEqual(expect.arrayContaining([older, newest])) // made once more, whole
    await send(house, clicks(400, 200))
    await learned(house)
    expect((await recommend(house, { userId: 'user-1' })).provenance?.degraded).toEqual([])
    await using dataSet = await openDataSet(house.data)
    const { step, digest } = await call(house.trainer, 'checkpoint', {})
    expect(await twinOf(dataSet, { step })).toMatchObject({ step, digest })
  })

  it('does not count what a killed writer left of a version', async () => {
    const shelf = join(house.data, 'default', 'versions')
    await cp(join(shelf, (await readdir(shelf))[0]), join(shelf, '.staging-left-behind'), { recursive: true })
    const { versions } = await call(house.trainer, 'listVersions', { verify: false })
    expect(versions.filter(({ version }) => version.startsWith('.'))).toEqual([])
  })

  it('on a full disk refuses what it cannot keep, keeps what it acknowledged, and its process lives', async () => {
    const data = house.directory.within('small')
    const address = house.fleet.address('standby')
    const environment = { FRESHET_DATA: data, FRESHET_DICTIONARY: DICTIONARY, FRESHET_INGEST_GRPC: address, FRESHET_INGEST_HTTP: '' }
    const ingest = connect(IngestClient, address)
    const accepted: string[] = []
    {
      await using process = spawnSource(join(ROOT, 'apps/ingest/src/main.ts'), [], { environment, fileBytesMax: 2 << 20 })
      await eventually('ingest on a small disk', () => call(ingest, 'getStatus', {}))
      const refusal = await eventually('the end of the disk', async () => {
        const events = clicks(accepted.length, 20).map((click) => ({ ...click, context: { note: 'x'.repeat(250) } }))
        const outcomes = (await acknowledgements(ingest, events)).map(({ outcome }) => outcome)
        outcomes.forEach((outcome, i) => outcome?.$case === 'accepted' && accepted.push(events[i].eventId))
        return outcomes.flatMap((outcome) => (outcome?.$case === 'rejected' ? [outcome.rejected] : []))[0]
      })
      expect(refusal).toMatchObject({ code: 'DISK_FULL', retryable: true, message: expect.stringContaining('space') })
      expect((await call(ingest, 'getStatus', {})).rejectedByCode.DISK_FULL).toBeGreaterThan(0)
      expect(process.pid).toBeGreaterThan(0)
    }
    ingest.close()
    await using dataSet = await openDataSet(data)
    const kept = new Set((await eventsOf(dataSet)).map(({ record }) => record.eventId))
    expect(accepted.filter((id) => !kept.has(id))).toEqual([])
    expect(await deadLettersOf(dataSet)).toEqual([])
    expect((await status(house)).items).toBe(40)
  })
})
