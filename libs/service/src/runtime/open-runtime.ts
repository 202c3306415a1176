import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog } from '@freshet/event-log'
import { builtInDictionary, compileDictionary, type Dictionary } from '@freshet/features'
import { systemClock, type Clock } from '@freshet/kernel'
import type { Config } from '../config/schema'
import { openLogger, type Logger } from '../telemetry/logger'
import { dictionaryOf, openDataDirectory } from './data-directory'
import { openLog, openStore, type Opening } from './engines'
import { assertHolds, readDictionaries } from './dictionaries'
import type { Runtime } from './runtime'

/** What a test hands in instead of the machine's. */
export interface RuntimeParts {
  readonly clock?: Clock
  readonly logger?: Logger
}

/**
 * Opens what a process stands on: its data set's directory, log, store and dictionary.
 *
 * throws  PreconditionError, SchemaError or CorruptError when the data set is not the one that the configuration means
 */
export async function openRuntime(config: Config, parts: RuntimeParts = {}): Promise<Runtime> {
  const directory = join(config.data, config.name)
  const asked = config.dictionary === undefined ? undefined : compileDictionary(askedText(config.dictionary))
  const made = dictionaryOf(directory)
  const firstDictionary = made === undefined ? (asked ?? compileDictionary(builtInDictionary('generic'))) : compileDictionary(made)
  const opened: Opening = {
    config,
    directory,
    partitions: openDataDirectory(directory, {
      name: config.name,
      partitions: config.partitions,
      dictionaryHash: firstDictionary.hash,
      dictionaryText: firstDictionary.text,
      log: config.log === 'embedded' ? 'embedded' : 'kafka',
    }).partitions,
    clock: parts.clock ?? systemClock,
  }
  const log = await openLog(opened)
  const dictionary = await currentDictionary(log, { firstDictionary, asked, directory })
  const store = await openStore(opened)
  const logger = parts.logger ?? openLogger({ name: 'freshet', level: config.logging.level })
  return assemble({ config, clock: opened.clock, log, store, dictionary, firstDictionary, directory, logger })
}

interface DictionaryScope {
  readonly firstDictionary: Dictionary
  readonly asked: Dictionary | undefined
  readonly directory: string
}

/** The one that the log says; a data set that is refused leaves nothing open. */
async function currentDictionary(log: EventLog, { firstDictionary, asked, directory }: DictionaryScope): Promise<Dictionary> {
  try {
    const dictionaries = await readDictionaries(log, firstDictionary)
    if (asked !== undefined) assertHolds(dictionaries, asked, directory)
    return dictionaries.current
  } catch (error) {
    await log[Symbol.asyncDispose]()
    throw error
  }
}

const askedText = (dictionary: string): string => (isFile(dictionary) ? readFileSync(dictionary, 'utf8') : builtInDictionary(dictionary))

/** A folder may have a built-in dictionary's name: that of the data set beside it, say. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

function assemble(parts: Omit<Runtime, 'versionsDirectory' | 'drain' | typeof Symbol.asyncDispose> & { dictionary: Dictionary }): Runtime {
  return {
    ...parts,
    versionsDirectory: join(parts.directory, 'versions'),
    drain: new AbortController(),
    async [Symbol.asyncDispose]() {
      await parts.store[Symbol.asyncDispose]()
      await parts.log[Symbol.asyncDispose]()
    },
  }
}
