import { join } from 'node:path'
import type { EventLog } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import { isFreshetError, systemClock, type Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import type { Config } from '../config/schema'
import { openLogger, type Logger } from '../telemetry/logger'
import { askedDictionary, firstDictionaryOf } from './configured-dictionary'
import { Complaints } from './complaints'
import { isDataSet, openDataDirectory, type ExpectedDataSet } from './data-directory'
import { openLog, openStore, type Opening } from './engines'
import { assertHeld, readDictionaries, type Dictionaries } from './dictionaries'
import type { Runtime } from './runtime'

/** What a test hands in instead of the machine's. */
export interface RuntimeParts {
  readonly clock?: Clock
  readonly logger?: Logger
  /** Wait for a log that does not answer, instead of failing: for services. What this opens answers in their place meanwhile. */
  readonly whileWaiting?: (log: EventLog) => Promise<AsyncDisposable>
}

/**
 * Opens what a process stands on: its data set's directory, log, store and dictionary.
 *
 * throws  PreconditionError, SchemaError or CorruptError when the data set is not the one that the configuration means
 */
export async function openRuntime(config: Config, parts: RuntimeParts = {}): Promise<Runtime> {
  const directory = join(config.data, config.name)
  const asked = askedDictionary(config)
  const firstDictionary = firstDictionaryOf(config)
  const expected: ExpectedDataSet = {
    name: config.name,
    partitions: config.partitions,
    dictionaryHash: firstDictionary.hash,
    dictionaryText: firstDictionary.text,
    log: config.log === 'embedded' ? 'embedded' : 'kafka',
    store: config.store === 'embedded' ? 'embedded' : 'redis',
  }
  const isMade = config.log === 'embedded' || isDataSet(directory)
  const { partitions = config.partitions } = isMade ? openDataDirectory(directory, expected) : {}
  const logger = parts.logger ?? openLogger({ name: 'freshet', level: config.logging.level })
  const { whileWaiting } = parts
  if (whileWaiting && config.log !== 'embedded') logger.info({ log: config.log }, 'waiting for Kafka')
  const opened: Opening = { config, directory, partitions, clock: parts.clock ?? systemClock, isPatient: whileWaiting !== undefined }
  const log = await openLog(opened)
  const waiting = whileWaiting && { clock: opened.clock, logger, log, open: () => whileWaiting(log) }
  const dictionary = await currentDictionary(log, { firstDictionary, asked, directory, waiting })
  const { generation } = await orClosed(log, () => openDataDirectory(directory, expected)) // not before: a start that a cluster refuses binds no data set
  const store = await openStore(opened)
  await assertAdmitted(store, log)
  const logGeneration = config.log === 'embedded' ? generation : ''
  return assemble({ config, clock: opened.clock, log, logGeneration, store, dictionary, firstDictionary, directory, logger })
}

interface DictionaryScope {
  readonly firstDictionary: Dictionary
  readonly asked: Dictionary | undefined
  readonly directory: string
  readonly waiting: Waiting | undefined
}

/** How a log is waited for. */
interface Waiting {
  readonly clock: Clock
  readonly logger: Logger
  readonly log: EventLog
  readonly open: () => Promise<AsyncDisposable>
}

/** The one that the log says; a data set that is refused leaves nothing open. */
async function currentDictionary(log: EventLog, { firstDictionary, asked, directory, waiting }: DictionaryScope): Promise<Dictionary> {
  return orClosed(log, async () => {
    const read = (): Promise<Dictionaries> => readDictionaries(log, firstDictionary)
    const dictionaries = await (waiting ? untilAnswered(read, waiting) : read())
    if (asked !== undefined) await assertHeld(log, dictionaries, { asked, directory })
    return dictionaries.current
  })
}

/** What `open` comes to; where it fails, nothing stays open. */
async function orClosed<T>(log: EventLog, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    await log[Symbol.asyncDispose]()
    throw error
  }
}

/** Tries until the log answers: a service that is started before its brokers waits for them, and says so to whoever asks. */
async function untilAnswered<T>(read: () => Promise<T>, { clock, logger, log, open }: Waiting): Promise<T> {
  const { isServing, reason } = log.health?.() ?? { isServing: true }
  if (!isServing) logger.warn({ reason }, SILENT)
  let room = isServing ? undefined : await open()
  try {
    for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.most)) {
      try {
        return await read()
      } catch (error) {
        if (!isFreshetError(error) || !error.retryable) throw error
        logger.warn({ reason: error.message, pauseMs }, SILENT)
      }
      room ??= await open()
      await clock.sleep(pauseMs)
    }
  } finally {
    await room?.[Symbol.asyncDispose]()
  }
}

const SILENT = 'the log does not answer; trying again before anything is served'
const PAUSE_MS = { first: 250, most: 5000 } as const

/** A store that is away is waited for, by whoever needs it; one that answers, and refuses for good, is better said here. Leaves nothing open then. */
async function assertAdmitted(store: OnlineStore, log: EventLog): Promise<void> {
  if (store.health === undefined) return
  const refusal = await store.positions(0).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!isFreshetError(refusal) || refusal.retryable) return
  await store[Symbol.asyncDispose]()
  await log[Symbol.asyncDispose]()
  throw refusal
}

function assemble(
  parts: Omit<Runtime, 'versionsDirectory' | 'drain' | 'complaints' | typeof Symbol.asyncDispose> & { dictionary: Dictionary },
): Runtime {
  return {
    ...parts,
    versionsDirectory: join(parts.directory, 'versions'),
    drain: new AbortController(),
    complaints: new Complaints(),
    async [Symbol.asyncDispose]() {
      await parts.store[Symbol.asyncDispose]()
      await parts.log[Symbol.asyncDispose]()
    },
  }
}
