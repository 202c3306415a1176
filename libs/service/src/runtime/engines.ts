import { TOPICS, type EventLog } from '@freshet/event-log'
import { openEmbeddedLog } from '@freshet/event-log-embedded'
import type { Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { openEmbeddedStore } from '@freshet/online-store-embedded'
import { openRedisStore } from '@freshet/online-store-redis'
import type { Config } from '../config/schema'

/** What an engine is opened with. */
export interface Opening {
  readonly config: Config
  readonly directory: string
  readonly partitions: number
  readonly clock: Clock
}

/** Opens the log that the configuration names. The one place that names adapters (docs/adr/0006). */
export const openLog = (opening: Opening): Promise<EventLog> => LOGS[schemeOf(opening.config.log)](opening)

/** Opens the online store that the configuration names. */
export const openStore = (opening: Opening): Promise<OnlineStore> => STORES[schemeOf(opening.config.store)](opening)

type OpenLog = (opening: Opening) => Promise<EventLog>
type OpenStore = (opening: Opening) => Promise<OnlineStore>

const LOGS: Readonly<Record<string, OpenLog>> = {
  embedded: ({ directory, partitions, clock }) => openEmbeddedLog({ directory, partitions: topicPartitions(partitions), clock }),
}

const openRedis: OpenStore = ({ config, partitions }) => openRedisStore({ url: config.store, name: config.name, partitions })

const STORES: Readonly<Record<string, OpenStore>> = {
  embedded: ({ directory, partitions }) => openEmbeddedStore({ directory, partitions }),
  redis: openRedis,
  rediss: openRedis,
  'redis+cluster': openRedis,
  'rediss+cluster': openRedis,
}

/** What stands before `://`, or all of it; the schema has checked it. */
const schemeOf = (engine: string): string => engine.split('://', 1)[0]

/** Keyed topics are spread; the others have one order to keep. */
const topicPartitions = (partitions: number): Record<string, number> => ({
  [TOPICS.events]: partitions,
  [TOPICS.touches]: partitions,
  [TOPICS.catalog]: partitions,
  [TOPICS.examples]: partitions,
  [TOPICS.journal]: 1,
  [TOPICS.deadLetter]: 1,
  [TOPICS.replays]: 1,
  [TOPICS.dictionaries]: 1,
})
