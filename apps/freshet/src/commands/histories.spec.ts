import { writeFileSync } from 'node:fs'
import { EventRecord } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { loadConfig, openRuntime, type Runtime } from '@freshet/service'
import { openStage, type Outcome, type Stage } from '../services.fixture'

/** A data set that nobody serves: commands host what they need. */
describe('commands about histories', () => {
  let stage: Stage
  beforeAll(async () => (stage = await openStage(true)))
  afterAll(() => stage[Symbol.asyncDispose]())

  const run = (...args: string[]): Promise<Outcome> => stage.run(...args, '--data', 'staged')
  const open = (): Promise<Runtime> =>
    openRuntime(loadConfig({ env: {}, overrides: { name: 'staged', data: stage.directory.within('data'), logging: { level: 'silent' } } }))

  async function lastOf(key: string): Promise<EventRecord['record']> {
    await using runtime = await open()
    const of = { topic: TOPICS.events, partition: partitionOf(key, runtime.log.partitions(TOPICS.events)) }
    const [record] = await runtime.log.read(of, (await runtime.log.next(of)) - 1, { records: 1 })
    return EventRecord.decode(record.value).record
  }

  it('forget: writes where the user’s events stand, and says so', async () => {
    expect((await run('forget', 'ada')).stdout).toMatch(/^ada is forgotten from record \d+ of partition \d on\n$/)
    expect(await lastOf('ada')).toMatchObject({ $case: 'forget', forget: { userId: 'ada' } })
    expect((await run('forget', '--session', 'web-7')).stdout).toMatch(/^session web-7 is forgotten from record \d+ of partition \d on\n$/)
    expect(await lastOf('s:web-7')).toMatchObject({ $case: 'forget', forget: { userId: '', sessionId: 'web-7' } })
  })

  it('forget: names the fault of an id, and ends with 2', async () => {
    expect(await run('forget', 'x'.repeat(300))).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('user_id is') })
    expect(await run('forget')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('a forget says whom; name users, or'),
    })
  })

  it('link: writes where the session’s events stand', async () => {
    expect((await run('link', 'web-7', 'ada')).stdout).toMatch(/^session web-7 is ada from record \d+ of partition \d on\n$/)
    expect(await lastOf('s:web-7')).toMatchObject({ $case: 'link', link: { sessionId: 'web-7', userId: 'ada' } })
  })

  it('dictionary set: lets another hold from here on, also for who starts later', async () => {
    const file = stage.directory.within('shop.yaml')
    const text = builtInDictionary('generic').replace('negatives: 4', 'negatives: 6')
    writeFileSync(file, text)
    const { hash } = compileDictionary(text)
    expect((await run('dictionary', 'set', file)).stdout).toMatch(new RegExp(`^dictionary ${hash} holds from here on \\(change 1\\)`))
    await using runtime = await open()
    expect([runtime.dictionary.hash, runtime.firstDictionary.hash]).toEqual([hash, compileDictionary(builtInDictionary('generic')).hash])
  })

  it('dictionary set: refuses what is no file, no dictionary, or none for this data set', async () => {
    const file = stage.directory.within('other.yaml')
    expect(await run('dictionary', 'set', '/nowhere.yaml')).toMatchObject({ code: 2, stderr: expect.stringContaining('it cannot be read') })
    writeFileSync(file, 'name: 7')
    expect(await run('dictionary', 'set', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('name is 7') })
    writeFileSync(file, builtInDictionary('movielens'))
    expect(await run('dictionary', 'set', file)).toMatchObject({ code: 2, stderr: expect.stringContaining("name is 'movielens', but") })
  })
})
