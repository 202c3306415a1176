import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type KafkaBroker, type KafkaBrokerOptions, startKafkaBroker } from './kafka-broker'
import { type RedisServer, startRedis } from './redis-server'

/** How both are started. */
export interface KafkaRedisOptions {
  /** Where both keep their data, kept afterwards; without one, temporary folders that go with them. */
  readonly directory?: string
  readonly broker?: Pick<KafkaBrokerOptions, 'port' | 'advertisedPort' | 'settings'>
  readonly redisPort?: number
}

/** What services need where nothing is embedded: a Kafka broker, and a Redis server that appends each write to a file. */
export interface KafkaRedis extends AsyncDisposable {
  readonly broker: KafkaBroker
  readonly redis: RedisServer
  /** As a configuration names them: `kafka://host:port`, `redis://host:port`. */
  readonly addresses: { readonly log: string; readonly store: string }
  /** The same as settings of a process. */
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Starts both and waits until they listen; where one does not start, the other does not stay.
 *
 * `await using engines = await startKafkaRedis()`, then `environment: engines.settings`
 *
 * throws  as startKafkaBroker and startRedis do
 */
export async function startKafkaRedis({ directory, broker: options, redisPort }: KafkaRedisOptions = {}): Promise<KafkaRedis> {
  const places = directory === undefined ? undefined : { kafka: join(directory, 'kafka'), redis: join(directory, 'redis') }
  await Promise.all(Object.values(places ?? {}).map((path) => mkdir(path, { recursive: true })))
  const redis = await startRedis({ directory: places?.redis, port: redisPort, appendOnly: true })
  const broker = await startKafkaBroker({ ...options, directory: places?.kafka }).catch(async (failure: unknown) => {
    await redis[Symbol.asyncDispose]()
    throw failure
  })
  const addresses = { log: `kafka://${broker.address}`, store: redis.address }
  return {
    ...{ broker, redis, addresses },
    settings: { FRESHET_LOG: addresses.log, FRESHET_STORE: addresses.store },
    async [Symbol.asyncDispose]() {
      await Promise.all([broker[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()])
    },
  }
}
