import { TOPICS, type EventLog } from '@freshet/event-log'
import { openEmbeddedLog } from '@freshet/event-log-embedded'
import type { KafkaLogOptions } from '@freshet/event-log-kafka'
import { PreconditionError, type Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { openEmbeddedStore } from '@freshet/online-store-embedded'
import { schemeOf } from '../config/engine-scheme'
import { brokersOf } from '../config/kafka-address'
import type { Config } from '../config/schema'
import { readTlsFiles } from './tls-files'

/** What an engine is opened with. */
export interface Opening {
  readonly config: Config
  readonly directory: string
  readonly partitions: number
  readonly clock: Clock
  /** Whoever opens waits by itself for a log that does not answer: it opens after the first failure. */
  readonly isPatient?: boolean
}

/** Opens the log that the configuration names. The one place that names adapters (docs/adr/0006). */
export const openLog = (opening: Opening): Promise<EventLog> => LOGS[schemeOf(opening.config.log)](opening)

/** Opens the online store that the configuration names. */
export const openStore = (opening: Opening): Promise<OnlineStore> => STORES[schemeOf(opening.config.store)](opening)

type OpenLog = (opening: Opening) => Promise<EventLog>
type OpenStore = (opening: Opening) => Promise<OnlineStore>

const LOGS: Readonly<Record<string, OpenLog>> = {
  embedded: ({ directory, partitions, clock }) => openEmbeddedLog({ directory, partitions: topicPartitions(partitions), clock }),
  kafka: async ({ config, partitions, clock, isPatient }) => {
    const { openKafkaLog } = await import('@freshet/event-log-kafka') // only where it is named: loading it takes a while
    return openKafkaLog({
      brokers: brokersAt(config.log),
      prefix: config.name,
      partitions: topicPartitions(partitions),
      clock,
      openingMs: isPatient ? 0 : undefined,
      ...spokenTo(config.kafka),
    })
  },
}

function brokersAt(address: string): readonly string[] {
  const brokers = brokersOf(address)
  if (!('rule' in brokers)) return brokers
  throw new PreconditionError(`log is no address of Kafka: ${brokers.rule}`, brokers.remedy)
}

/** How the brokers are spoken to; keys that are absent leave the adapter's own choice. */
function spokenTo({
  tls,
  caFile,
  certFile,
  keyFile,
  saslMechanism,
  username,
  password,
  ...kafka
}: Config['kafka']): Partial<KafkaLogOptions> {
  const ssl = readTlsFiles('kafka', { caFile, certFile, keyFile }) ?? tls
  const user = { username, password }
  if (saslMechanism === 'none') return { ...kafka, ssl }
  return { ...kafka, ssl, sasl: { mechanism: saslMechanism, ...user } }
}

const openRedis: OpenStore = async ({ config: { name, store, redis }, partitions }) => {
  const { openRedisStore } = await import('@freshet/online-store-redis')
  return openRedisStore({
    ...{ url: store, name, partitions, deadlineMs: redis.deadlineMs },
    tls: readTlsFiles('redis', redis),
  })
}

const STORES: Readonly<Record<string, OpenStore>> = {
  embedded: ({ directory, partitions }) => openEmbeddedStore({ directory, partitions }),
  redis: openRedis,
  rediss: openRedis,
  'redis+cluster': openRedis,
  'rediss+cluster': openRedis,
}

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
