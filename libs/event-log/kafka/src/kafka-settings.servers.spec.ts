import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { startKafkaBroker, type KafkaBroker } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'
import type { Compression, KafkaLogOptions } from './options'

const clicks = { topic: 'clicks', partition: 0 }
const sasl = { mechanism: 'plain', username: 'freshet', password: 'secret' } as const
let broker: KafkaBroker
let trials = 0

beforeAll(async () => {
  broker = await startKafkaBroker({ users: { freshet: 'secret' } })
})

afterAll(() => broker[Symbol.asyncDispose]())

const optionsOf = (options: Partial<KafkaLogOptions> = {}): KafkaLogOptions => ({
  brokers: [broker.address],
  prefix: `trial-${++trials}`,
  partitions: { clicks: 2, journal: 1, catalog: 2 },
  sasl,
  openingMs: 60_000,
  ...options,
})

describe('the topics of a log', () => {
  it('stand as they should, each by what it holds', async () => {
    const options = optionsOf({ retentionMs: 1000, partitions: { 'dead-letter': 1, events: 2, catalog: 2 } })
    await using log = await openKafkaLog(options)
    expect(log.health?.().warnings).toEqual([])
    const admin = new Kafka({ brokers: [broker.address], sasl, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const names = ['dead-letter', 'events', 'catalog'].map((topic) => ({
      type: ConfigResourceTypes.TOPIC,
      name: `${options.prefix}.${topic}`,
    }))
    const { resources } = await admin.describeConfigs({ resources: names, includeSynonyms: false })
    await admin.disconnect()
    const policies = resources.map(({ configEntries }) =>
      ['cleanup.policy', 'retention.ms'].map((name) => configEntries.find(({ configName }) => configName === name)?.configValue),
    )
    expect(policies).toEqual([
      ['delete', '1000'],
      ['delete', '-1'],
      ['compact', expect.any(String)],
    ])
  })

  it('keep the number of partitions that they were made with', async () => {
    const options = optionsOf()
    await (await openKafkaLog(options))[Symbol.asyncDispose]()
    const other = openKafkaLog({ ...options, partitions: { clicks: 4 } })
    await expect(other).rejects.toThrow('topic clicks was made with 2 partitions, not 4; configure 2 partitions, or another data set')
  })

  it('are not made with more replicas than there are brokers', async () => {
    await expect(openKafkaLog(optionsOf({ replicationFactor: 3 }))).rejects.toThrow(/the cluster has 1 brokers; configure at most 1/)
  })
})

describe('batches', () => {
  it.each<Compression>(['none', 'gzip', 'snappy'])('packed by %s come back as they were, in one log', async (compression) => {
    await using log = await openKafkaLog(optionsOf({ compression }))
    const noise = Uint8Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24)
    const entries = [
      { key: 'noise', value: noise },
      ...Array.from({ length: 500 }, (_, i) => ({ key: `${i}`, value: new Uint8Array(300).fill(i) })),
    ]
    expect(await log.append(clicks, entries)).toBe(0)
    await using reader = await openKafkaLog(optionsOf({ prefix: `trial-${trials}` }))
    const records = await reader.read(clicks, 0, { records: 1000 })
    expect(records).toEqual(entries.map((entry, offset) => ({ offset, ...entry })))
  })

  it('of seven mebibytes get offsets without a gap, though another appends meanwhile', async () => {
    const options = optionsOf()
    await using ours = await openKafkaLog(options)
    await using theirs = await openKafkaLog(options)
    const seven = Array.from({ length: 7 }, (_, i) => ({ key: `large ${i}`, value: new Uint8Array((1 << 20) - 100) }))
    const small = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await theirs.append(clicks, [{ key: 'small', value: new Uint8Array(1) }])
    }
    const [first] = await Promise.all([ours.append(clicks, seven), small()])
    const records = await theirs.read(clicks, first, { records: 7 })
    expect(records.map(({ key, offset }) => [key, offset])).toEqual(seven.map(({ key }, i) => [key, first + i]))
  })
})
