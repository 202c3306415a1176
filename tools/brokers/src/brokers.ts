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
  /** Resolves when one of them has ended by itself, with which and how: they are of use together. */
  readonly lost: Promise<string>
}

/** Starts both and waits until they listen. Throws PreconditionError or UnavailableError with the remedy where one is not installed. */
export async function startBrokers({ directory, kafkaPort, redisPort }: BrokersOptions): Promise<Brokers> {
  const engines = await startKafkaRedis({ directory, broker: { port: kafkaPort }, redisPort })
  const { log, store } = engines.addresses
  const { broker, redis } = engines
  return {
    settings: `--log ${log} --store ${store}`,
    lost: Promise.race([
      broker.ended().then((how) => `Kafka has ended (${how}): see ${directory}/kafka/broker.log`),
      redis.ended().then((how) => `Redis has ended (${how}); it last said:\n${redis.lastWords}`),
    ]),
    [Symbol.asyncDispose]: () => engines[Symbol.asyncDispose](),
  }
}
