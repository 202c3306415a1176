import type { EventLog } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { type KafkaCluster, startKafkaCluster } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'
import type { KafkaLogOptions } from './options'

const ALL = { records: 1_000_000 }
const PARTITIONS = [0, 1, 2]
let cluster: KafkaCluster
let trials = 0

jest.setTimeout(300_000) // leaders are elected, and brokers come back, on a busy machine

beforeAll(async () => void (cluster = await startKafkaCluster()))
afterAll(() => cluster[Symbol.asyncDispose]())

const open = (options: Partial<KafkaLogOptions> = {}): Promise<EventLog> =>
  openKafkaLog({
    ...{ brokers: cluster.addresses, prefix: `trial-${++trials}`, partitions: { clicks: PARTITIONS.length } },
    ...{ deadlineMs: 120_000, openingMs: 60_000 },
    ...options,
  })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a log on three brokers', () => {
  it('stands three times, acknowledges after two, and has nothing to warn of', async () => {
    await using log = await open()
    expect(log.health?.()).toMatchObject({ isServing: true, warnings: [] })
  })

  it('warns at opening of topics that were made with less', async () => {
    const prefix = `trial-${++trials}`
    await (await open({ prefix, replicationFactor: 1 }))[Symbol.asyncDispose]()
    await using log = await open({ prefix })
    expect(log.health?.().warnings).toEqual([
      'clicks has 1 replicas, and 3 are configured; reassign its partitions',
      'clicks acknowledges after 1 replicas; set min.insync.replicas=2',
    ])
  })

  it('loses and doubles nothing while two brokers, one after the other, are killed under load and return', async () => {
    const prefix = `trial-${++trials}`
    await using writer = await open({ prefix })
    await using reader = await open({ prefix })
    const over = new AbortController()
    const appending = Promise.all(PARTITIONS.map((partition) => appendUntil(writer, partition, over.signal)))
    for (const broker of cluster.brokers.slice(0, 2)) {
      await growBy(reader, 20)
      await broker.kill('SIGKILL')
      await growBy(reader, 20)
      await broker.restart()
    }
    over.abort()
    for (const [partition, acknowledged] of (await appending).entries()) {
      const of = { topic: 'clicks', partition }
      await eventually(() => reader.next(of)) // who has not asked reads as far as it has heard
      const found = await reader.read(of, 0, ALL)
      expect(found.map(({ key }) => key)).toEqual(acknowledged.map((_, i) => `k${i}`))
      expect(found.map(({ offset }) => offset)).toEqual(acknowledged)
    }
  })

  it('refuses appends while too few brokers are there to keep them, and says so; takes them when they are back', async () => {
    await using log = await open({ deadlineMs: 3000 })
    await log.append({ topic: 'clicks', partition: 0 }, [{ key: 'a', value: bytes('a') }])
    const [, second, third] = cluster.brokers
    await Promise.all([second.kill('SIGKILL'), third.kill('SIGKILL')])
    await expect(log.append({ topic: 'clicks', partition: 0 }, [{ key: 'b', value: bytes('b') }])).rejects.toThrow(UnavailableError)
    expect(log.health?.().isServing).toBe(false)
    await Promise.all([second.restart(), third.restart()])
    await growBy(log, 0)
    await eventually(() => log.append({ topic: 'clicks', partition: 0 }, [{ key: 'c', value: bytes('c') }]))
    const keys = (await log.read({ topic: 'clicks', partition: 0 }, 0, ALL)).map(({ key }) => key)
    expect(keys.filter((key) => key !== 'b')).toEqual(['a', 'c']) // what was refused may have come to be there, once
    expect(keys.filter((key) => key === 'b').length).toBeLessThanOrEqual(1)
  })
})

/** Appends one record after the other, every third one only where it is expected, until it is told to stop; the offsets that were acknowledged. */
async function appendUntil(log: EventLog, partition: number, signal: AbortSignal): Promise<number[]> {
  const to = { topic: 'clicks', partition }
  const acknowledged: number[] = []
  while (!signal.aborted) {
    const i = acknowledged.length
    const entry = { key: `k${i}`, value: bytes(`${i}`) }
    acknowledged.push(i % 3 === 2 ? await log.appendIf(to, acknowledged[i - 1] + 1, entry) : await log.append(to, [entry]))
  }
  return acknowledged
}

/** Resolves when each partition has so many more records. */
async function growBy(log: EventLog, records: number): Promise<void> {
  await Promise.all(
    PARTITIONS.map(async (partition) => {
      const of = { topic: 'clicks', partition }
      const from = await eventually(() => log.next(of))
      if (records > 0) await log.grown(of, from + records - 1, new AbortController().signal)
    }),
  )
}

/** What something resolves with once it does, while brokers come back. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
    }
  }
}
