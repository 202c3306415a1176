import { mkdirSync, writeFileSync } from 'node:fs'
import { loadConfig, type Config } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { assertDataSet, dataOption, othersText, withRunningDataSet } from './known-data-sets'
import { openStage } from './services.fixture'

const configOf = (directory: TemporaryDirectory, name?: string, file?: string): Config =>
  loadConfig({ env: {}, file, overrides: { data: directory.within('data'), ...(name === undefined ? {} : { name }) } })

async function directoryOf(...names: string[]): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory()
  for (const name of names) {
    mkdirSync(directory.within('data', name), { recursive: true })
    writeFileSync(directory.within('data', name, 'meta.json'), '{}')
  }
  mkdirSync(directory.within('data', 'something-else'), { recursive: true })
  return directory
}

describe('a data set that is not there', () => {
  it('is refused with the names of those that are, and of nothing else that lies there', async () => {
    await using directory = await directoryOf('movielens', 'shop')
    expect(() => assertDataSet(configOf(directory))).toThrow(/default' does not exist; there are: movielens, shop \(--data NAME\)$/)
    expect(() => assertDataSet(configOf(directory, 'shop'))).not.toThrow()
    expect(othersText(configOf(directory, 'shop'))).toBe('there are: movielens (--data NAME)')
  })

  it('is refused with how to make it where there is none', async () => {
    await using directory = await directoryOf()
    expect(() => assertDataSet(configOf(directory, 'shop'))).toThrow('make one: npx freshet up --data shop, or npx freshet import --help')
    expect(dataOption(configOf(directory))).toBe('')
  })
})

describe('the data set of a command', () => {
  it('is the one that runs where none was named, else what was named', async () => {
    await using stage = await openStage()
    const file = stage.directory.within('freshet.yaml')
    const nameOf = async (config: Config): Promise<string> => (await withRunningDataSet(config)).name
    expect(await nameOf(configOf(stage.directory, undefined, file))).toBe('staged')
    expect(await nameOf(configOf(stage.directory, 'other', file))).toBe('other')
  })

  it('stays the default where nothing runs', async () => {
    await using stage = await openStage(true)
    expect((await withRunningDataSet(configOf(stage.directory, undefined, stage.directory.within('freshet.yaml')))).name).toBe('default')
  })
})
