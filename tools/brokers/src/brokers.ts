import { startKafkaRedis } from '@freshet/testing'

/** Where brokers for development listen and keep their data. */
export interface BrokersOptions {
  /** Kept afterwards: the next start goes on with it. */
  readonly directory: string
  /** Where a free one is used unless told otherwise. */
  readonly kafkaPort?: number
  readonly redisPort?: number
}

/** A Kafka broker and a Redis server, until disposed. */
export interface Brokers extends AsyncDisposable {
  /** What `freshet up` is told of them. */
  readonly settings: string
}

/** Starts both and waits until they listen. Throws PreconditionError or UnavailableError with the remedy where one is not installed. */
export async function startBrokers({ directory, kafkaPort, redisPort }: BrokersOptions): Promise<Brokers> {
  const engines = await startKafkaRedis({ directory, broker: { port: kafkaPort }, redisPort })
  const { log, store } = engines.addresses
  return { settings: `--log ${log} --store ${store}`, [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose]() }
}
