import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { call } from '@freshet/service'
import { type House, openHouse, settingsOf } from './house.fixture'
import { examplesOf, journalOf, openDataSet } from './log-reader.fixture'
import { runFreshet } from './processes.fixture'
import { clicks, learned, send, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const SERVICES = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker'] as const

describe('a data set whose log was brought back from a backup, beside versions that have learned from more', () => {
  let house: House
  let versions: string[]

  const inDataSet = (...path: string[]): string => join(house.data, 'default', ...path)
  const foldersOf = async (): Promise<string[]> => (await readdir(inDataSet('versions'))).filter((name) => !name.startsWith('.'))

  /** Learns from some clicks, and makes a version of that. */
  async function learn(from: number, count: number): Promise<string> {
    await send(house, clicks(from, count))
    await learned(house)
    return (await call(house.trainer, 'checkpoint', {})).version
  }

  beforeAll(async () => {
    house = await openHouse({ environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' } }) // so that the journal reaches back for the twin
    await stock(house)
    versions = [await learn(0, 200)]
    const backup = await runFreshet(['backup', 'monday'], { cwd: house.directory.path, env: settingsOf(house) })
    expect(backup.code).toBe(0)
    versions.push(await learn(200, 300))
    await Promise.all(SERVICES.map((service) => house.fleet.signal(service, 'SIGTERM')))
    for (const part of ['log', 'store']) {
      await rm(inDataSet(part), { recursive: true })
      await cp(house.directory.within('monday', part), inDataSet(part), { recursive: true })
    }
    await Promise.all(SERVICES.map((service) => house.fleet.launch(service)))
    await send(house, clicks(1000, 600)) // the log grows past all that the versions speak of
    await learned(house)
  }, 300_000)
  afterAll(() => house[Symbol.asyncDispose]())

  it('goes on from the version which that log confirms, and sets the others aside', async () => {
    const folders = await foldersOf()
    expect(folders).toContain(versions[0])
    expect(folders).not.toContain(versions[1])
    expect(folders.filter((name) => name.endsWith('.aside')).map((name) => name.split('-').slice(0, 2).join('-'))).toContain(versions[1])
    const { version, beyond, ofAnotherLog, journalShortBy } = await call(house.trainer, 'getStatus', {})
    expect([version !== '', beyond.some((records) => records > 0), ofAnotherLog, journalShortBy]).toEqual([true, false, [], 0])
  })

  it('has learned each example of that log once, in order, and none of the one that is gone', async () => {
    await using dataSet = await openDataSet(house.data)
    const next = new Map<number, number>()
    for (const { record } of (await journalOf(dataSet)).map(({ record }) => record)) {
      for (const { partition, from, to } of record?.$case === 'cut' ? record.cut.ranges : []) {
        expect([partition, from]).toEqual([partition, next.get(partition) ?? 0])
        next.set(partition, to)
      }
    }
    const examples = await examplesOf(dataSet)
    expect(new Set(examples.map(({ partition, record }) => `${partition}/${record.sourceOffset}/${record.ordinal}`)).size).toBe(800)
    for (const [partition, to] of next) expect(to).toBe(examples.filter((example) => example.partition === partition).length)
  })

  it('is what a twin says that has only that log, and so are the rankers', async () => {
    await using dataSet = await openDataSet(house.data)
    const { step, digest } = await call(house.trainer, 'audit', { step: 0 })
    expect(await twinOf(dataSet, { step, genesis: true })).toMatchObject({ from: '', step, digest })
    expect((await status(house)).provenance?.modelVersion?.rowStep).toBe(step)
  })
})
