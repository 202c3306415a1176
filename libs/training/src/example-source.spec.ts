import { type EventLog, TOPICS } from '@freshet/event-log'
import { ExampleSource } from './example-source'
import { group, groups, openRoom, publish } from './training-room.fixture'

const offsetsOf = (parts: readonly { readonly groups: readonly { readonly sourceOffset: number }[] }[]): number[] =>
  parts.flatMap((part) => part.groups.map(({ sourceOffset }) => sourceOffset))

describe('an example source', () => {
  it('takes whole groups, evenly from all partitions, and names what it took', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 5))
    await publish(log, 1, groups(100, 2))
    const source = new ExampleSource(log, { positions: [0, 0] })
    expect(await source.refill(100)).toBe(21)
    const { ranges, parts } = source.take(10)
    expect(ranges).toEqual([
      { partition: 0, from: 0, to: 2 },
      { partition: 1, from: 0, to: 2 },
    ])
    expect(offsetsOf(parts)).toEqual([0, 1, 100, 101])
    expect(source.count()).toBe(9)
  })

  it('says how much waits in the log, read or not', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 3))
    const source = new ExampleSource(log, { positions: [1, 0] })
    expect(await source.lag()).toEqual([2, 0])
    await source.refill(10)
    source.take(3)
    expect(await source.lag()).toEqual([1, 0])
  })

  it('says by how much it goes beyond a log that is another one, and that nothing of it waits', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 3))
    const source = new ExampleSource(log, { positions: [9, 3] })
    expect(await source.beyond()).toEqual([6, 3])
    expect(await source.lag()).toEqual([0, 0])
  })

  it('counts as of before it asks for the ends: what is read and cut meanwhile makes nothing negative', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 3))
    const asked: (() => void)[] = []
    const next: EventLog['next'] = async (of) => {
      const end = await log.next(of)
      await new Promise<void>((resolve) => asked.push(resolve))
      return end
    }
    const source = new ExampleSource({ ...log, next }, { positions: [0, 0] })
    const figures = Promise.all([source.lag(), source.beyond()])
    while (asked.length < 4) await new Promise(setImmediate)
    await publish(log, 0, groups(3, 3))
    await source.refill(100)
    source.take(100)
    for (const answer of asked) answer()
    expect(await figures).toEqual([
      [3, 0],
      [0, 0],
    ])
  })

  it('counts, by partition, what is in the log no more that was to be read next; such a one stands still, and the others go on', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 3))
    await publish(log, 1, groups(100, 3))
    const source = new ExampleSource(log, { positions: [1, 0] })
    expect(await source.lost()).toEqual([0, 0])
    await log.trim({ topic: TOPICS.examples, partition: 0 }, 1)
    expect(await source.lost()).toEqual([0, 0])
    expect(await source.lostRange(0)).toBeUndefined()
    await log.trim({ topic: TOPICS.examples, partition: 0 }, 3)
    expect(await source.lost()).toEqual([2, 0])
    expect(await source.lostRange(0)).toEqual({ partition: 0, from: 1, to: 3 })
    await source.refill(100)
    expect(source.take(100).ranges).toEqual([{ partition: 1, from: 0, to: 3 }])
  })

  it('gives the groups that somebody else cut, read ahead or not, and goes on behind them', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 6))
    const source = new ExampleSource(log, { positions: [0, 0] })
    expect(offsetsOf(await source.of([{ partition: 0, from: 0, to: 2 }]))).toEqual([0, 1])
    await source.refill(100)
    expect(offsetsOf(await source.of([{ partition: 0, from: 2, to: 4 }]))).toEqual([2, 3])
    expect(offsetsOf(source.take(100).parts)).toEqual([4, 5])
  })

  it('waits for what a cut names, where readers hear of the cut before they hear of all that it names', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 5))
    let heard = 2 // what readers see
    const late: EventLog = {
      ...log,
      read: async (of, from, limit) => (await log.read(of, from, limit)).filter(({ offset }) => offset < heard),
      grown: async () => void heard++,
    }
    const parts = await new ExampleSource(late, { positions: [0] }).of([{ partition: 0, from: 0, to: 4 }])
    expect(offsetsOf(parts)).toEqual([0, 1, 2, 3])
  })

  it('passes over all of a cut that is not executed, where readers have not heard of all that it names', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 5))
    let heard = 2
    const late: EventLog = {
      ...log,
      read: async (of, from, limit) => (await log.read(of, from, limit)).filter(({ offset }) => offset < heard),
      next: async (of) => (heard = await log.next(of)),
    }
    const parts = await new ExampleSource(late, { positions: [0] }).legible([{ partition: 0, from: 0, to: 4 }])
    expect(offsetsOf(parts)).toEqual([0, 1, 2, 3])
  })

  it('reads ranges that are larger than one read', async () => {
    const { log } = openRoom()
    await publish(
      log,
      1,
      Array.from({ length: 1300 }, (_, i) => group(i, { items: [] })),
    )
    const source = new ExampleSource(log, { positions: [0, 0] })
    expect(offsetsOf(await source.of([{ partition: 1, from: 10, to: 1290 }]))).toHaveLength(1280)
  })

  it('is not woken by a partition that stands still, until that has been passed over', async () => {
    const { log } = openRoom()
    await publish(log, 0, groups(0, 5))
    await log.trim({ topic: TOPICS.examples, partition: 0 }, 2)
    const source = new ExampleSource(log, { positions: [0, 0] })
    await source.refill(10)
    const woken: string[] = []
    const grown = source.grown(new AbortController().signal).then(() => woken.push('woken'))
    for (let i = 0; i < 20; i++) await Promise.resolve()
    expect(woken).toEqual([])
    await publish(log, 1, groups(100, 1))
    await grown
    await source.legible([{ partition: 0, from: 0, to: 2 }])
    await source.refill(10)
    expect(source.take(100).ranges).toContainEqual({ partition: 0, from: 2, to: 5 })
  })

  it('wakes when any partition grows, and when it is told to stop', async () => {
    const { log } = openRoom()
    const source = new ExampleSource(log, { positions: [0, 0] })
    const grown = source.grown(new AbortController().signal)
    await publish(log, 1, groups(0, 1))
    await grown
    await source.refill(10)
    const stop = new AbortController()
    const stopped = source.grown(stop.signal)
    stop.abort()
    await stopped
    expect(source.count()).toBe(3)
  })
})
