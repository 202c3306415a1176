import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts, startKafkaBroker, startRedis } from '@freshet/testing'

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
  const [freeKafka, freeRedis] = await freePorts(2)
  const places = { kafka: join(directory, 'kafka'), redis: join(directory, 'redis') }
  await Promise.all(Object.values(places).map((path) => mkdir(path, { recursive: true })))
  const redis = await startRedis({ directory: places.redis, port: redisPort ?? freeRedis, appendOnly: true })
  const kafka = await startKafkaBroker({ directory: places.kafka, port: kafkaPort ?? freeKafka }).catch(async (failure: unknown) => {
    await redis[Symbol.asyncDispose]()
    throw failure
  })
  return {
    settings: `--log kafka://${kafka.address} --store ${redis.address}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()])
    },
  }
}
