import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { TOPICS } from '@freshet/event-log'
import { builtInDictionary } from '@freshet/features'
import { fakeClock, temporaryDirectory } from '@freshet/testing'
import { pino } from 'pino'
import { loadConfig } from '../config/load-config'
import type { ConfigInput } from '../config/schema'
import { openRuntime } from './open-runtime'

const logger = pino({ level: 'silent' })
const open = (data: string, more: ConfigInput = {}) =>
  openRuntime(loadConfig({ env: {}, overrides: { data, ...more } }), { logger, clock: fakeClock() })

describe('a runtime', () => {
  it('opens log, store and dictionary of a data set, and finds them again', async () => {
    await using directory = await temporaryDirectory()
    {
      await using runtime = await open(directory.path, { name: 'shop', partitions: 3 })
      expect(runtime.directory).toBe(directory.within('shop'))
      expect(runtime.dictionary.name).toBe('generic')
      expect([runtime.log.partitions(TOPICS.events), runtime.log.partitions(TOPICS.journal)]).toEqual([3, 1])
      await runtime.log.append({ topic: TOPICS.events, partition: 2 }, [{ key: 'k', value: new Uint8Array([7]) }])
    }
    await using again = await open(directory.path, { name: 'shop', partitions: 3 })
    const [record] = await again.log.read({ topic: TOPICS.events, partition: 2 }, 0, { records: 1 })
    expect(record).toMatchObject({ key: 'k', offset: 0 })
    expect(await again.store.positions(2)).toEqual({ events: 0, touches: 0, catalog: 0 })
  })

  it('keeps the dictionary that a data set was made with, unless another is asked for: then it refuses', async () => {
    await using directory = await temporaryDirectory()
    await (await open(directory.path, { name: 'films', dictionary: 'movielens' }))[Symbol.asyncDispose]()
    await using kept = await open(directory.path, { name: 'films' })
    expect(kept.dictionary.name).toBe('movielens')
    await expect(open(directory.path, { name: 'films', dictionary: 'generic' })).rejects.toThrow(
      /was made with feature dictionary .*--data NAME/,
    )
  })

  it('refuses to stand in for the Redis of a data set with an empty store of its own, and makes none', async () => {
    await using directory = await temporaryDirectory()
    const absent = { name: 'shop', store: 'redis://127.0.0.1:1', redis: { deadlineMs: 20 } } // waited for by whoever needs it
    const generation = await (async () => {
      await using runtime = await open(directory.path, absent)
      return runtime.logGeneration
    })()
    await expect(open(directory.path, { name: 'shop' })).rejects.toThrow(/a store of kind redis, not embedded; name it: --store redis/)
    expect(existsSync(directory.within('shop', 'store'))).toBe(false)
    await using again = await open(directory.path, absent)
    expect(again.logGeneration).toBe(generation)
  })

  it('reads a dictionary of the user’s by its path, and copies it', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within('mine.yaml')
    writeFileSync(file, builtInDictionary('demo'))
    await using runtime = await open(directory.path, { dictionary: file })
    expect(runtime.dictionary.name).toBe('demo')
    expect(readFileSync(directory.within('default', 'dictionary.yaml'), 'utf8')).toBe(builtInDictionary('demo'))
  })

  it('makes nothing when the dictionary is refused, be it unknown or a folder', async () => {
    await using directory = await temporaryDirectory()
    for (const dictionary of ['no-such', directory.path]) {
      await expect(open(directory.path, { dictionary })).rejects.toMatchObject({
        code: expect.stringMatching(/NOT_FOUND|INVALID_FIELD|CONFIGURATION/),
      })
    }
    expect(existsSync(directory.within('default'))).toBe(false)
  })
})
