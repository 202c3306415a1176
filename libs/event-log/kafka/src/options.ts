import type { ISocketFactory, KafkaConfig, SASLOptions } from 'kafkajs'
import type { Clock } from '@freshet/kernel'

/** Where a Kafka log lies, and how it is laid out. */
export interface KafkaLogOptions {
  /** `host:port` of some brokers of the cluster; the others are found through them. */
  readonly brokers: readonly string[]
  /** The data set: topics are `<prefix>.<topic>`, consumer groups `<prefix>.<group>`. */
  readonly prefix: string
  /** How this process is called in the brokers' logs and quotas; default `freshet`. */
  readonly clientId?: string
  /** Partitions by topic, where not as `partitionCountOf` says; fixed once a topic is made. Topics named here are made and checked at opening. */
  readonly partitions?: Readonly<Record<string, number>>
  /** Copies of each partition; default: 3, or as many as the cluster has brokers. Applied where a topic is made. */
  readonly replicationFactor?: number
  /** How many copies an append must have reached; default: 2 where there are three copies, else 1. Applied where a topic is made. */
  readonly minInSyncReplicas?: number
  /** How long dead letters are kept, whatever reads them; default: 30 days. All else stays until it is trimmed. */
  readonly retentionMs?: number
  /** How large a partition of dead letters may grow before its oldest records go; default: no bound. */
  readonly retentionBytes?: number
  /** How batches are packed; readers take what they find. Default: none. */
  readonly compression?: Compression
  /** How long a request may be tried before UnavailableError; default: 15 s. Waiting for growth has no such bound. */
  readonly deadlineMs?: number
  /** How long opening waits for a cluster that does not answer before it goes on without, and tries at each request; default: 5 s. With 0 it tries once. */
  readonly openingMs?: number
  /** After how long a silent member of a group loses its partitions; default: 6 s, the least that brokers allow by default. */
  readonly sessionTimeoutMs?: number
  /** User and password, or what else the brokers ask for; handed to kafkajs as it is. */
  readonly sasl?: SASLOptions
  /** True, or certificates: handed to kafkajs, and from there to `tls.connect`, as it is. */
  readonly ssl?: KafkaConfig['ssl']
  /** How connections are made, where not directly; handed to kafkajs as it is. */
  readonly socketFactory?: ISocketFactory
  /** Paces tries, and measures deadlines. */
  readonly clock?: Clock
}

/** How batches may be packed. */
export type Compression = 'none' | 'gzip' | 'snappy'
