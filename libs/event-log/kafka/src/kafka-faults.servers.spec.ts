import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'
import type { EventLog, LogRecord } from '@freshet/event-log'
import {
  freePorts,
  spawnSource,
  startCutProxy,
  startKafkaBroker,
  type CutProxy,
  type KafkaBroker,
  type SpawnedSource,
} from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

const clicks = { topic: 'clicks', partition: 0 }
const ALL = { records: 1_000_000 }
const entry = (key: string) => ({ key, value: new TextEncoder().encode(`value of ${key}`) })
const never = new AbortController().signal

let broker: KafkaBroker
let proxy: CutProxy
let trials = 0

jest.setTimeout(300_000) // a broker's return takes seconds, on a busy machine many

/** A log on topics of its own, or on those of an earlier trial. */
const open = (prefix = `trial-${++trials}`, deadlineMs = 120_000): Promise<EventLog> =>
  openKafkaLog({ brokers: [`127.0.0.1:${proxy.port}`], prefix, partitions: { clicks: 2 }, deadlineMs, openingMs: 500 })

/** A record after each other record, as they come, until there are `count`. */
async function follow(log: EventLog, count: number): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  for (let from = 0; found.length < count; from = (found.at(-1)?.offset ?? -1) + 1) {
    await log.grown(clicks, from, never)
    found.push(...(await log.read(clicks, from, { records: 100 })))
  }
  return found
}

beforeAll(async () => {
  const [port, proxyPort] = await freePorts(2)
  broker = await startKafkaBroker({ port, advertisedPort: proxyPort })
  proxy = await startCutProxy({ to: port, port: proxyPort })
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
})

describe('a connection that is cut between an append and its answer', () => {
  /** Does `append` such that the broker has it and nobody was told, then lets the connection go. */
  async function unanswered<T>(append: () => Promise<T>): Promise<T> {
    proxy.muteAnswers()
    const answered = proxy.answered()
    const appended = append()
    await answered
    proxy.cut()
    proxy.restore()
    return appended
  }

  it('doubles nothing: the repeated batch is answered with the offset that it has', async () => {
    await using log = await open()
    await log.append(clicks, [entry('first')])
    expect(await unanswered(() => log.append(clicks, [entry('a'), entry('b')]))).toBe(1)
    expect(await log.append(clicks, [entry('last')])).toBe(3)
    expect((await log.read(clicks, 0, ALL)).map(({ key }) => key)).toEqual(['first', 'a', 'b', 'last'])
    expect(await log.next(clicks)).toBe(4)
  })

  it('leaves a conditional append valid where it is', async () => {
    await using log = await open()
    await log.append(clicks, [entry('first')])
    expect(await unanswered(() => log.appendIf(clicks, 1, entry('cut')))).toBe(1)
    expect(await log.appendIf(clicks, 2, entry('result'))).toBe(2)
    expect((await log.read(clicks, 0, ALL)).map(({ key }) => key)).toEqual(['first', 'cut', 'result'])
    expect(log.voids?.(clicks)).toBe(0)
  })
})

describe('a broker that is killed and returns', () => {
  it('has lost nothing that was acknowledged, and doubled nothing, for those who append and those who read on', async () => {
    const prefix = `trial-${++trials}`
    await using writer = await open(prefix)
    await using reader = await open(prefix)
    const acknowledged: number[] = []
    const append = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) acknowledged.push(await writer.append(clicks, [entry(`k${i}`)]))
    }
    const followed = follow(reader, 300)
    await append(0, 100)
    const during = append(100, 300)
    await broker.kill('SIGKILL')
    await broker.restart()
    await during
    const found = await followed
    expect(found.map(({ key }) => key)).toEqual(Array.from({ length: 300 }, (_, i) => `k${i}`))
    expect(found.map(({ offset }) => offset)).toEqual(acknowledged)
  })

  it('is missed by name while it is away: requests say so after their deadline, health at once, and both recover', async () => {
    await using log = await open(undefined, 1500)
    await log.append(clicks, [entry('a')])
    const growing = log.grown(clicks, 1, never)
    await broker.kill('SIGKILL')
    const refused = log.append(clicks, [entry('b')])
    await expect(refused).rejects.toThrow(UnavailableError)
    await expect(refused).rejects.toThrow(/Kafka at 127\.0\.0\.1:\d+ is not available; .*see that a broker listens there/)
    expect(log.health?.()).toMatchObject({ isServing: false, reason: expect.stringContaining('not available') as string })
    await expect(log.read(clicks, 1, ALL)).rejects.toThrow(UnavailableError)
    await broker.restart()
    await using other = await open(undefined)
    await other.append(clicks, [entry('elsewhere')])
    await log.append(clicks, [entry('c')])
    await growing
    expect(log.health?.()).toMatchObject({ isServing: true, reason: undefined })
    expect((await log.read(clicks, 0, ALL)).map(({ key }) => key)).toEqual(expect.arrayContaining(['a', 'c']))
  })

  it('may be away when a log is opened', async () => {
    await broker.kill('SIGKILL')
    const prefix = `trial-${++trials}`
    await using log = await open(prefix)
    expect(log.health?.().isServing).toBe(false)
    const appended = log.append(clicks, [entry('a')])
    await broker.restart()
    expect(await appended).toBe(0)
    expect(log.health?.().isServing).toBe(true)
  })
})

describe('a broker that is halted for a while', () => {
  it('acknowledges afterwards what it was asked before, once', async () => {
    await using log = await open()
    await log.append(clicks, [entry('a')])
    broker.stop()
    const appended = Promise.all([log.append(clicks, [entry('b')]), log.appendIf(clicks, 2, entry('c'))])
    expect(log.health?.().isServing).toBe(true) // nothing has failed yet
    broker.cont()
    expect(await appended).toEqual([1, 2])
    expect((await log.read(clicks, 0, ALL)).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })
})

describe('a process that closes its log', () => {
  const closing = (deadlineMs = 3000): SpawnedSource =>
    spawnSource(join(__dirname, 'closing.fixture.ts'), [`127.0.0.1:${proxy.port}`, `trial-${++trials}`, `${deadlineMs}`])

  it('ends by itself though many reads at once found the connection cut', async () => {
    await using child = closing()
    expect(await child.next()).toBe('open')
    proxy.cut()
    child.send('read')
    expect(await child.ended).toBe(0)
  })

  it('ends by itself though the broker stands still: it waits seconds for an append, not for its deadline', async () => {
    await using child = closing(120_000)
    expect(await child.next()).toBe('open')
    broker.stop()
    const startMs = performance.now()
    child.send('append')
    expect(await child.next()).toBe('UNAVAILABLE')
    const ended = await child.ended
    broker.cont()
    expect(ended).toBe(0)
    expect(performance.now() - startMs).toBeLessThan(30_000)
  })
})
