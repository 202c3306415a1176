import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { openKafkaLog } from '@freshet/event-log-kafka'
import { TOPICS } from '@freshet/event-log'
import { openRedisStore } from '@freshet/online-store-redis'
import { freePorts, kafkaImageProperties, startKafkaBroker, startRedis, temporaryDirectory } from '@freshet/testing'
import { readCompose } from './compose.fixture'

const { kafka, redis } = readCompose().services

jest.setTimeout(300_000) // a broker starts, on a busy machine in a minute

/** The environment of the container, on ports and in a directory of this machine that are free. */
function environmentOf(directory: string, [clients, controllers]: readonly number[]): Record<string, string> {
  const moved = Object.entries(kafka.environment ?? {}).map(([name, value]) => [
    name,
    String(value).replaceAll(':9092', `:${clients}`).replaceAll(':9093', `:${controllers}`),
  ])
  return { ...Object.fromEntries(moved), KAFKA_LOG_DIRS: directory }
}

/** The settings of a broker that it does not have by default, as it tells them itself. */
async function settingsOf(address: string): Promise<Record<string, string>> {
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.BROKER, name: '1' }],
    includeSynonyms: false,
  })
  await admin.disconnect()
  return Object.fromEntries(
    resources.flatMap(({ configEntries }) => configEntries.map(({ configName, configValue }) => [configName, configValue])),
  )
}

describe('the containers of deploy/compose.yaml, by their own settings', () => {
  it('are a broker that makes no topics by itself, and keeps a log of Freshet without a warning, its groups too', async () => {
    await using directory = await temporaryDirectory()
    const ports = await freePorts(2)
    const properties = await kafkaImageProperties(environmentOf(directory.within('data'), ports), directory.within('setup'))
    await using broker = await startKafkaBroker({ directory: directory.path, port: ports[0], properties })
    expect(await settingsOf(broker.address)).toMatchObject({ ...properties, 'auto.create.topics.enable': 'false' }) // it knows each of them
    const partitions = Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, 1]))
    await using log = await openKafkaLog({ brokers: [broker.address], prefix: 'shop', partitions, openingMs: 60_000 })
    const events = { topic: TOPICS.events, partition: 0 }
    await log.append(events, [{ key: 'a', value: new Uint8Array([1]) }])
    expect(await log.read(events, 0, { records: 9 })).toHaveLength(1)
    const joined = new Promise((resolve) => void log.join('feature-store', { member: 'a', onAssigned: resolve }))
    expect(await joined).toEqual([0])
    await log.next(events)
    expect(log.health?.()).toMatchObject({ isServing: true, warnings: [] })
  })

  it('are a Redis that keeps a store of Freshet through a kill', async () => {
    const [program, ...settings] = redis.command ?? []
    expect(program).toBe('redis-server')
    await using server = await startRedis({ settings })
    expect(await server.command('INFO persistence')).toMatch(/^aof_enabled:1\r$/m)
    const open = () => openRedisStore({ url: server.address, name: 'shop', partitions: 1 })
    const next = { events: 1, touches: 0, catalog: 0 }
    await using store = await open()
    await store.commit(0, {
      expect: await store.positions(0),
      next,
      puts: [{ key: 'a', value: new Uint8Array([1]) }],
      outbox: [],
      publishedBelow: 0,
    })
    await server.kill('SIGKILL')
    await server.restart()
    await using again = await open()
    expect(await again.read(0, ['a'])).toEqual([new Uint8Array([1])])
  })
})
