import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { sourceArguments, spawnSource, temporaryDirectory, type SpawnedSource, type TemporaryDirectory } from '@freshet/testing'
import type { EventLog, LogRecord, Partition } from '@freshet/event-log'
import { openEmbeddedLog } from './embedded-log'

jest.setTimeout(30_000)

const clicks: Partition = { topic: 'clicks', partition: 0 }
const ALL = { records: 1_000_000 }

describe('an embedded log, shared by processes', () => {
  it('loses nothing of several processes that append to one partition at once, and keeps each one in order', async () => {
    await using directory = await temporaryDirectory()
    await using a = appender(directory, { name: 'a', batches: 100 })
    await using b = appender(directory, { name: 'b', batches: 100 })
    await using log = await openLog(directory)
    const acknowledged = await Promise.all([a, b].map((child) => collect(child, 100)))
    const records = await log.read(clicks, 0, ALL)
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 400 }, (_, i) => i))
    for (const [i, name] of ['a', 'b'].entries()) {
      const own = records.filter(({ key }) => key === name)
      expect(numbersOf(own)).toEqual(Array.from({ length: 200 }, (_, n) => n))
      expect(acknowledged[i]).toEqual(own.filter((_, n) => n % 2 === 0).map(({ offset }) => offset))
    }
  })

  it('has every acknowledged record after kill -9 at any moment: no gap, no double, no half of a batch', async () => {
    await using directory = await temporaryDirectory()
    let from = 0
    for (const acknowledgements of [1, 7, 23, 40]) {
      await using child = appender(directory, { name: 'a', from, batches: 1e9 })
      const last = Math.max(...(await collect(child, acknowledgements)))
      child.kill()
      await child.ended
      await using log = await openLog(directory)
      const next = await log.next(clicks)
      expect(next).toBeGreaterThanOrEqual(last + 2)
      expect(next % 2).toBe(0)
      const records = await log.read(clicks, 0, ALL)
      expect(numbersOf(records)).toEqual(Array.from({ length: next }, (_, i) => i))
      expect(await log.append(clicks, [{ key: 'b', value: Buffer.from(`${next}`) }])).toBe(next)
      expect(await log.append(clicks, [{ key: 'b', value: Buffer.from(`${next + 1}`) }])).toBe(next + 1)
      from = next + 2
    }
  })

  it('wakes a process that waits for what another one appends', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openLog(directory)
    const grown = log.grown(clicks, 5, new AbortController().signal)
    await using child = appender(directory, { name: 'a', batches: 3 })
    await grown
    expect(numbersOf(await log.read(clicks, 0, ALL))).toEqual([0, 1, 2, 3, 4, 5])
    expect(await collect(child, 3)).toEqual([0, 2, 4])
  })

  it('takes all of a request or nothing when the disk is full, says so, and goes on when there is room', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'fill.fixture.ts'), [directory.path], { fileBytesMax: 3_000_000 })
    const told = (await child.next()) as { acknowledged: number }
    const { acknowledged } = told
    expect(acknowledged).toBeGreaterThan(5)
    expect(told).toEqual({ acknowledged, refusal: 'DISK_FULL', again: 'DISK_FULL', next: acknowledged, readable: acknowledged })
    await child.ended
    await using log = await openLog(directory)
    expect(await log.next(clicks)).toBe(acknowledged)
    expect(await log.append(clicks, [{ key: 'b', value: new Uint8Array(500_000) }])).toBe(acknowledged)
  })

  it('serves the threads of one process alike, and survives the end of one', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openLog(directory)
    const at = { topic: 'clicks', partition: 1 }
    const worker = new Worker(join(__dirname, 'worker.fixture.ts'), { workerData: directory.path, execArgv: [...sourceArguments] })
    const answered = once(worker, 'message')
    await log.append(at, [{ key: 'main', value: new Uint8Array([1]) }])
    await log.grown(at, 1, new AbortController().signal)
    expect((await log.read(at, 0, ALL)).map(({ key }) => key)).toEqual(['main', 'after main'])
    expect(await answered).toEqual(['main'])
    await worker.terminate()
    expect(await log.append(at, [{ key: 'main', value: new Uint8Array([3]) }])).toBe(2)
    expect(await log.read(at, 0, ALL)).toHaveLength(3)
  })

  it('hands the share of a killed member to the others at once', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'member.fixture.ts'), [directory.path, 'b'])
    expect(await child.next()).toEqual([0, 1, 2, 3])
    await using log = await openLog(directory)
    const told: (readonly number[])[] = []
    let change = (): void => undefined
    const changed = (count: number) => new Promise<void>((resolve) => (change = () => told.length >= count && resolve()))
    await using membership = await log.join('features', { member: 'a', onAssigned: (share) => (told.push(share), change()) })
    expect(told).toEqual([[0, 2]])
    expect(await child.next()).toEqual([1, 3])
    child.kill()
    await changed(2)
    expect(told).toEqual([[0, 2], [0, 1, 2, 3]]) // prettier-ignore
    await membership.report(clicks, 1)
  })
})

const openLog = (directory: TemporaryDirectory): Promise<EventLog> =>
  openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })

const appender = (directory: TemporaryDirectory, { name = 'a', from = 0, batches = 1 }): SpawnedSource =>
  spawnSource(join(__dirname, 'append.fixture.ts'), [directory.path, name, `${from}`, `${batches}`])

async function collect(child: SpawnedSource, count: number): Promise<number[]> {
  const offsets: number[] = []
  while (offsets.length < count) offsets.push(Number(await child.next()))
  return offsets
}

const numbersOf = (records: readonly LogRecord[]): number[] => records.map(({ value }) => Number(Buffer.from(value).toString()))
