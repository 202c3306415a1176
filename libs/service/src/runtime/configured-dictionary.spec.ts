import { existsSync, writeFileSync } from 'node:fs'
import { builtInDictionary } from '@freshet/features'
import { temporaryDirectory } from '@freshet/testing'
import { loadConfig } from '../config/load-config'
import type { ConfigInput } from '../config/schema'
import { configuredDictionary } from './configured-dictionary'
import { openDataDirectory } from './data-directory'
import { openHost } from './open-host'

const configOf = (data: string, more: ConfigInput = {}) =>
  loadConfig({ env: {}, overrides: { data, logging: { level: 'silent' }, ...more } })

describe('the dictionary that is configured', () => {
  it('is what is named, else what the data set was made with, else generic', async () => {
    await using directory = await temporaryDirectory()
    expect(configuredDictionary(configOf(directory.path)).name).toBe('generic')
    const { hash, text } = configuredDictionary(configOf(directory.path, { dictionary: 'movielens' }))
    openDataDirectory(directory.within('films'), { name: 'films', partitions: 2, dictionaryHash: hash, dictionaryText: text })
    expect(configuredDictionary(configOf(directory.path, { name: 'films' })).name).toBe('movielens')
    expect(configuredDictionary(configOf(directory.path, { name: 'films', dictionary: 'demo' })).name).toBe('demo')
  })

  it('is what its file says now', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within('mine.yaml')
    const config = configOf(directory.path, { dictionary: file })
    const names = ['demo', 'movielens'].map((name) => {
      writeFileSync(file, builtInDictionary(name))
      return configuredDictionary(config).name
    })
    expect(names).toEqual(['demo', 'movielens'])
  })
})

describe('a host', () => {
  it('makes no data set, and has no log to watch', async () => {
    await using directory = await temporaryDirectory()
    const host = openHost(configOf(directory.path, { dictionary: 'demo' }), 'replica')
    expect([existsSync(directory.within('default')), host.log.health]).toEqual([false, undefined])
    expect(host.dictionary.hash).toBe(configuredDictionary(configOf(directory.path, { dictionary: 'demo' })).hash)
    await host.log[Symbol.asyncDispose]()
  })

  it('is refused where its dictionary is none', async () => {
    await using directory = await temporaryDirectory()
    expect(() => openHost(configOf(directory.path, { dictionary: 'no-such' }), 'replica')).toThrow('no-such')
  })
})
