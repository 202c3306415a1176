import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Event } from '@freshet/contracts'
import { userKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { partitionStatus } from '@freshet/materialize'
import { call, loadConfig, openLogger, openRuntime } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { withServices } from '../services'
import { openStage, runCaptured } from '../services.fixture'

const PARTITION = partitionOf('ada', 8)
const EVENTS = 30
const settingsIn = (directory: TemporaryDirectory) =>
  ({ data: directory.within('data'), name: 'doubtful', logging: { level: 'silent' } }) as const

describe('freshet repair, on a data set that nobody serves', () => {
  let directory: TemporaryDirectory
  const opened = () =>
    openRuntime(loadConfig({ env: {}, overrides: settingsIn(directory) }), { logger: openLogger({ name: 'test', level: 'silent' }) })
  const run = (...args: string[]) => runCaptured(['repair', ...args, '--config', directory.within('freshet.yaml')])

  /** Changes what is remembered of ada, behind the back of everybody. */
  const spoil = async (): Promise<void> => {
    await using runtime = await opened()
    const at = await runtime.store.positions(PARTITION)
    const puts = [{ key: userKey('ada'), value: null }]
    await runtime.store.commit(PARTITION, { expect: at, next: at, puts, outbox: [], publishedBelow: 0 })
  }

  beforeAll(async () => {
    directory = await temporaryDirectory()
    writeFileSync(directory.within('freshet.yaml'), JSON.stringify(settingsIn(directory)))
    const config = loadConfig({ env: {}, overrides: settingsIn(directory) })
    const needs = { sections: ['ingest', 'featureStore'], canCreate: true, note: () => undefined } as const
    await withServices(config, needs, async ({ ingest, featureStore }) => {
      const events = Array.from({ length: EVENTS }, (_, i) =>
        Event.fromPartial({ eventId: `e${i}`, userId: 'ada', itemId: `item-${i % 3}`, type: 'click' }),
      )
      await call(ingest, 'append', { events })
      const isFolded = async (): Promise<boolean> =>
        (await call(featureStore, 'getStatus', {})).partitions.every(({ eventsPosition, eventsEnd }) => eventsPosition >= eventsEnd)
      while (!(await isFolded())) await systemClock.sleep(20)
    })
  })
  afterAll(() => directory[Symbol.asyncDispose]())

  it('finds a sound partition sound, and changes nothing', async () => {
    const { code, stdout } = await run(`${PARTITION}`)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^partition \d at events \d+.*\n\d+ keys .* from its beginning: all as the log says\n$/),
    ])
  })

  it('names what is damaged, and ends with 5', async () => {
    await spoil()
    const { code, stdout, stderr } = await run(`${PARTITION}`, '--check')
    expect([code, stdout]).toEqual([5, expect.stringMatching(/1 DIFFER\n {2}u:ada is missing\n$/)])
    expect(stderr).toContain(`npx freshet repair ${PARTITION}`)
  })

  it('makes it anew from the log: as it was, with each example once', async () => {
    const status = async () => {
      await using runtime = await opened()
      return await partitionStatus(runtime.log, runtime.store, PARTITION)
    }
    const before = await status()
    const { code, stdout } = await run(`${PARTITION}`, '--json')
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ isSound: true, before: expect.objectContaining({ keysDiffering: 1 }) }),
    ])
    expect((await status()).state).toMatchObject({ folded: before.state.folded, groups: EVENTS })
    await using runtime = await opened()
    expect(await runtime.log.next({ topic: 'examples', partition: PARTITION })).toBe(EVENTS)
    expect((await run(`${PARTITION}`, '--check')).code).toBe(0)
  })

  it('makes a sound one anew where it is told to', async () => {
    expect((await run(`${PARTITION}`, '--force', '--from-log')).stdout).toMatch(/^made anew\n/)
  })

  it('lets a partition go on that has lost what it was to fold, by the number of that, and not otherwise', async () => {
    const other = (PARTITION + 1) % 8
    {
      await using runtime = await opened()
      const of = { topic: 'events', partition: other }
      await runtime.log.append(of, [1, 2].map(() => ({ key: '', value: new Uint8Array(1) }))) // prettier-ignore
      await runtime.log.trim(of, await runtime.log.next(of))
    }
    const refused = await run(`${other}`, '--declare-lost-events', '1')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`partition ${other} has lost `)])
    const lost = /has lost (\d+)/.exec(refused.stderr)?.[1] ?? ''
    const given = await run(`${other}`, '--declare-lost-events', lost)
    expect([given.code, given.stdout]).toEqual([
      0,
      expect.stringContaining(`${lost} records of partition ${other} are given up; it goes on at events `),
    ])
    expect((await run(`${other}`, '--declare-lost-events', lost)).code).toBe(4)
  })

  it('calls nothing sound of which no key was compared, though the log has records', async () => {
    const unfolded = { ...settingsIn(directory), name: 'unfolded' }
    writeFileSync(directory.within('unfolded.yaml'), JSON.stringify(unfolded))
    const needs = { sections: ['ingest'], canCreate: true, note: () => undefined } as const
    const event = Event.fromPartial({ userId: 'ada', itemId: 'a', type: 'click' })
    await withServices(loadConfig({ env: {}, overrides: unfolded }), needs, ({ ingest }) => call(ingest, 'append', { events: [event] }))
    const repair = (...args: string[]) => runCaptured(['repair', `${PARTITION}`, ...args, '--config', directory.within('unfolded.yaml')])
    const nothing = expect.stringMatching(/partition \d has nothing in the embedded store, and [1-9]\d* records in the log.*--store/)
    expect(await repair('--check')).toMatchObject({ code: 4, stdout: '', stderr: nothing })
    expect(await repair()).toMatchObject({ code: 4, stdout: '', stderr: nothing })
    expect(await repair('--check', '--keys', '0')).toMatchObject({ code: 2, stderr: expect.stringContaining('1 or more') })
  })

  it('refuses a data set whose log or store are elsewhere, says how they are named, and makes none beside them', async () => {
    const elsewhere = directory.within('data/elsewhere')
    writeFileSync(directory.within('elsewhere.yaml'), JSON.stringify({ ...settingsIn(directory), name: 'elsewhere' }))
    cpSync(directory.within('data/doubtful'), elsewhere, { recursive: true, filter: (path) => !/\/(log|store)$/.test(path) })
    const meta = JSON.parse(readFileSync(join(elsewhere, 'meta.json'), 'utf8')) as object
    const refusal = async (kinds: object): Promise<string> => {
      writeFileSync(join(elsewhere, 'meta.json'), JSON.stringify({ ...meta, ...kinds }))
      const { code, stdout, stderr } = await runCaptured(['repair', '3', '--check', '--config', directory.within('elsewhere.yaml')])
      expect([code, stdout]).toEqual([4, ''])
      return stderr
    }
    expect(await refusal({ store: 'redis' })).toMatch(
      /in a store of kind redis, not embedded; .*--store redis:\/\/host:port .*freshet\.yaml/,
    )
    expect(await refusal({ log: 'kafka' })).toMatch(/with the log of kind kafka, not embedded.*--log kafka:\/\/host:port .*freshet\.yaml/)
    expect(readdirSync(elsewhere).sort()).toEqual(['dictionary.yaml', 'meta.json'])
  })

  it('refuses a partition that there is not, and what is no number', async () => {
    expect(await run('8', '--check')).toMatchObject({ code: 2, stderr: expect.stringMatching(/partitions 0 to 7/) })
    expect(await run('one')).toMatchObject({ code: 2, stderr: expect.stringMatching(/partition is 'one', but .* see `freshet status/) })
    expect((await run('0', '--declare-lost', '-1')).code).toBe(2)
    expect((await run('8', '--declare-lost-events', '1')).stderr).toMatch(/partitions 0 to 7/)
  })
})

describe('examples that are lost', () => {
  it('are given up where their number is known, and not otherwise', async () => {
    await using stage = await openStage()
    const given = await stage.run('repair', '3', '--declare-lost', '120')
    expect([given.code, given.stdout]).toEqual([0, '120 examples of partition 3 are given up by step 7; learning goes on at 160\n'])
    const refused = await stage.run('repair', '3', '--declare-lost', '119', '--json')
    expect([refused.code, JSON.parse(refused.stdout)]).toEqual([4, { error: expect.objectContaining({ code: 'PRECONDITION' }) }])
  })
})
