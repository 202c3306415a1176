import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { NotFoundError } from '@freshet/kernel'
import { dataSetHealthName, isServed, type Config } from '@freshet/service'

/** The name that holds where none is given: a command then takes whatever runs. */
export const ANY_DATA_SET = 'default'

/**
 * For commands that read: a data set that is not there is not made.
 *
 * throws  NotFoundError naming those that are
 */
export function assertDataSet(config: Config): void {
  const { data, name } = config
  if (existsSync(join(data, name))) return
  const others = othersText(config)
  throw new NotFoundError(
    'data set',
    join(data, name),
    others || `make one: npx freshet up${dataOption(config)}, or npx freshet import --help`,
  )
}

/** The data sets that lie beside this one, as a remedy names them; empty where there are none. */
export function othersText({ data, name }: Config): string {
  const others = dataSetsIn(data).filter((other) => other !== name)
  return others.length > 0 ? `there are: ${others.join(', ')} (--data NAME)` : ''
}

/** What a command needs to mean this data set, with the space before it. */
export const dataOption = ({ name }: Config): string => (name === ANY_DATA_SET ? '' : ` --data ${name}`)

/**
 * The configuration of the data set that runs, where none was named: a command that opens files opens those of the services that it asks.
 * What runs but lies elsewhere is not ours to open.
 */
export async function withRunningDataSet(config: Config): Promise<Config> {
  if (config.name !== ANY_DATA_SET) return config
  for (const address of new Set(SECTIONS.map((section) => config[section].grpc))) {
    for (const name of dataSetsIn(config.data)) if (await isServed(address, dataSetHealthName(name))) return { ...config, name }
  }
  return config
}

/** By name; a folder that is no data set is none. */
function dataSetsIn(directory: string): string[] {
  if (!existsSync(directory)) return []
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => name).filter((name) => existsSync(join(directory, name, 'meta.json')))
}

const SECTIONS = ['all', 'ingest', 'featureStore', 'trainer', 'ranker'] as const
