import { setMaxListeners } from 'node:events'
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, type Admin } from 'kafkajs'
import snappy from 'kafkajs-snappy'
import type { Clock } from '@freshet/kernel'
import { atMost } from './at-most'
import { HealthRecord } from './health'
import { Link } from './link'
import type { KafkaLogOptions } from './options'
import { Patience } from './patience'
import { quietQueues } from './quiet-queues'
import { shareConnects } from './single-connects'
import { Sockets } from './sockets'
import { finishConnects } from './whole-connects'

CompressionCodecs[CompressionTypes.Snappy] = snappy
quietQueues()
shareConnects()
finishConnects()

/** All connections of one log, and what it knows of its cluster. */
export interface ClusterAccess {
  readonly kafka: Kafka
  /** For topics and what groups have committed; connected by who uses it. */
  readonly admin: Admin
  /** For appends. */
  readonly writing: Link
  /** For reads, and for where partitions begin and end. */
  readonly reading: Link
  /** For fetches that wait. */
  readonly polling: readonly Link[]
  readonly health: HealthRecord
  readonly patience: Patience
  readonly closed: AbortController
  close(): Promise<void>
}

/** Prepares connections; none is made before it is needed. */
export function accessCluster(options: KafkaLogOptions, { clock, deadlineMs }: { clock: Clock; deadlineMs: number }): ClusterAccess {
  const { brokers, clientId = 'freshet', sasl, ssl, socketFactory } = options
  const sockets = new Sockets(socketFactory)
  const kafka = new Kafka({
    clientId,
    brokers: [...brokers],
    sasl: sasl && { ...sasl }, // kafkajs writes into it
    ssl,
    socketFactory: sockets.factory,
    connectionTimeout: CONNECTION_MS,
    requestTimeout: Math.min(REQUEST_MS, Math.max(REQUEST_MS_MIN, deadlineMs / 3)), // a broker that stands still leaves time for another try
    retry: { retries: 0 }, // tries are ours to pace: see Patience
    logLevel: logLevel.NOTHING, // what goes wrong is thrown, or stands in the health
  })
  const closed = new AbortController()
  setMaxListeners(0, closed.signal) // while brokers are away, each partition's request waits for it
  const health = new HealthRecord(clock, brokers.join(', '))
  const patience = new Patience({ clock, health, brokers: brokers.join(', '), deadlineMs, closed: closed.signal })
  const [writing, reading, ...polling] = Array.from({ length: LINKS }, () => new Link(kafka))
  const admin = kafka.admin()
  return {
    kafka,
    admin,
    writing,
    reading,
    polling,
    health,
    patience,
    closed,
    async close() {
      const links = [writing, reading, ...polling].map((link) => link.close())
      await atMost(CLOSING_MS, clock, Promise.allSettled([...links, admin.disconnect()]))
      sockets.destroy()
    },
  }
}

const LINKS = 4
const CONNECTION_MS = 3000
const REQUEST_MS = 10_000
const REQUEST_MS_MIN = 1000
const CLOSING_MS = 2000
