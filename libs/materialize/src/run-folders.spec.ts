import { TOPICS } from '@freshet/event-log'
import { isFreshetError, partitionOf, systemClock, UnavailableError } from '@freshet/kernel'
import { LogHouse } from './log-house.fixture'
import { giveUpLost } from './lost-sources'
import { eventRecord } from './records.fixture'
import { type Folders, type FoldersScope, runFolders } from './run-folders'
import { openSnapshotFiles } from './snapshot-files'
import { temporaryDirectory } from '@freshet/testing'

const click = (userId: string, itemId: string) => eventRecord({ userId, itemId, type: 'click', timeMs: 1 })

function join(house: LogHouse, member: string, more: Partial<FoldersScope> = {}): Promise<Folders> {
  const { log, store, dictionary } = house
  const clock = { ...systemClock, sleep: async () => void (await new Promise(setImmediate)) }
  const unexpected = (_: number, error: unknown): void => {
    throw error
  }
  return runFolders({ log, store, dictionary, clock, member, onTrouble: unexpected, ...more })
}

/** Resolves when the fold of all partitions has reached the end of `events`. */
async function caughtUp(house: LogHouse): Promise<void> {
  for (let partition = 0; partition < house.partitions; partition++) {
    const end = await house.log.next({ topic: TOPICS.events, partition })
    while ((await house.store.positions(partition)).events < end) await new Promise(setImmediate)
  }
}

describe('the folders of a process', () => {
  it('fold what there is, and then whatever comes', async () => {
    const house = new LogHouse()
    await house.append(click('u', 'a'), click('v', 'a'))
    await using folders = await join(house, 'one')
    await caughtUp(house)
    await house.append(click('w', 'b'))
    await caughtUp(house)
    expect((await Promise.all([0, 1].map((partition) => house.examples(partition)))).flat()).toHaveLength(3)
    expect([...folders.owned.keys()].sort()).toEqual([0, 1])
  })

  it('share the partitions with another process, and take them back when it leaves', async () => {
    const house = new LogHouse()
    await using first = await join(house, 'one')
    const second = await join(house, 'two')
    await house.append(click('u', 'a'), click('v', 'b'), click('w', 'c'), click('x', 'd'))
    await caughtUp(house)
    expect([...first.owned.keys(), ...second.owned.keys()].sort()).toEqual([0, 1])
    await second[Symbol.asyncDispose]()
    await house.append(click('u', 'b'), click('v', 'c'), click('w', 'd'), click('x', 'a'))
    await caughtUp(house)
    expect((await Promise.all([0, 1].map((partition) => house.examples(partition)))).flat()).toHaveLength(8)
  })

  it('rest after a step as long as it took, ten milliseconds at most, but not while they are behind', async () => {
    const house = new LogHouse()
    const item = ['a', 'b', 'c', 'd'].find((id) => partitionOf(id, house.partitions) === partitionOf('u', house.partitions)) ?? ''
    const trace: (number | 'rest')[] = []
    const sleep = async (durationMs: number): Promise<void> => {
      if (durationMs > 0 && durationMs <= 10) trace.push('rest')
      await new Promise(setImmediate)
    }
    const commit: typeof house.store.commit = (partition, change) => {
      if (change.puts.length > 0) trace.push(change.next.events)
      return house.store.commit(partition, change)
    }
    await house.append(...Array.from({ length: 300 }, () => click('u', item)))
    await using _ = await join(house, 'one', { clock: { ...systemClock, sleep }, store: { ...house.store, commit } })
    while (!trace.includes('rest')) await new Promise(setImmediate)
    expect(trace).toEqual([256, 300, 300, 'rest']) // the second step brings what the first one did to the item, the third what the second did
  })

  it('see how far others are with their catalogues, though nothing is read of them', async () => {
    const house = new LogHouse()
    for (const itemId of ['a', 'b', 'c', 'd'])
      await house.appendCatalog(itemId, { $case: 'item', item: { itemId, attributes: {}, unavailable: false, createdMs: 1 } })
    await using first = await join(house, 'one')
    await using second = await join(house, 'two')
    for (const { owned, items } of [first, second]) {
      while (owned.size !== 1) await new Promise(setImmediate)
      const other = 1 - [...owned.keys()][0]
      await house.appendCatalog(['e', 'f', 'g', 'h'].find((id) => partitionOf(id, 2) === other) ?? '', {
        $case: 'deletedItemId',
        deletedItemId: 'e',
      })
      const end = await house.log.next({ topic: TOPICS.catalog, partition: other })
      while (items.catalogues.furthestOf(other) < end) await new Promise(setImmediate)
    }
  })

  it('start a partition over after trouble, and say so', async () => {
    const house = new LogHouse()
    const trouble: unknown[] = []
    let failures = 3
    const commit: typeof house.store.commit = (partition, change) =>
      failures-- > 0 ? Promise.reject(new UnavailableError('the store', 'wait')) : house.store.commit(partition, change)
    const store = { ...house.store, commit }
    await using folders = await join(house, 'one', { store, onTrouble: (partition, error) => trouble.push({ partition, error }) })
    await house.append(click('u', 'a'))
    await caughtUp(house)
    expect(trouble).toHaveLength(3)
    expect(trouble[0]).toEqual({ partition: expect.any(Number), error: expect.any(UnavailableError) })
    expect(folders.owned.size).toBe(2)
  })

  it('leave a partition standing that has lost what comes next, and go on with the others; and with it, once that is given up', async () => {
    const house = new LogHouse()
    const [still, other] = [partitionOf('u', house.partitions), 1 - partitionOf('u', house.partitions)]
    const user = ['v', 'w', 'x', 'y'].find((id) => partitionOf(id, house.partitions) === other) ?? ''
    await house.append(click('u', 'a'), click('u', 'b'))
    await house.log.trim({ topic: TOPICS.events, partition: still }, 1)
    const codes = new Set<string>()
    const waits = new Set<number>()
    const sleep = async (durationMs: number): Promise<void> => void (waits.add(durationMs), await new Promise(setImmediate))
    const onTrouble = (partition: number, error: unknown) => void codes.add(`${partition} ${isFreshetError(error) ? error.code : ''}`)
    await using _ = await join(house, 'one', { onTrouble, clock: { ...systemClock, sleep } })
    await house.append(click(user, 'c'))
    while ((await house.examples(other)).length === 0) await new Promise(setImmediate)
    expect([...codes]).toEqual([`${still} PRECONDITION`])
    expect(waits.has(100)).toBe(false) // nobody tries ten times a second what does not help
    await giveUpLost({ ...house, partition: still, member: 'operator' }, 1)
    await caughtUp(house)
    expect((await house.examples(still)).map(({ sourceOffset }) => sourceOffset)).toEqual([1])
  })

  it('forget what they have published once it stays quiet: who waits for an empty outbox is not kept waiting', async () => {
    const house = new LogHouse()
    await using _ = await join(house, 'one')
    const [partition] = [partitionOf('u', house.partitions)]
    await house.append(eventRecord({ userId: 'u', itemId: 'a', type: 'rating', value: 5, timeMs: 1 }))
    await caughtUp(house)
    while ((await house.store.outbox(partition, 1)).length > 0) await new Promise(setImmediate)
    expect(await house.examples(partition)).toHaveLength(1)
  })

  it('trim what is old enough and in both snapshots that are kept, and nothing beyond', async () => {
    await using directory = await temporaryDirectory()
    const house = new LogHouse()
    const snapshots = openSnapshotFiles(directory.path)
    await using _ = await join(house, 'one', { snapshots, snapshotEveryMs: 0, retentionMs: 1 })
    const partition = partitionOf('u', house.partitions)
    const first = (): Promise<number> => house.log.first({ topic: TOPICS.events, partition })
    while ((await first()) === 0) {
      await house.append(click('u', 'a'))
      await caughtUp(house)
    }
    const [, older] = await snapshots.kept(partition)
    expect(await first()).toBeLessThanOrEqual(older.events)
  })

  it('report how far they are', async () => {
    const house = new LogHouse()
    await house.append(click('u', 'a'), click('v', 'b'))
    await using folders = await join(house, 'one')
    await caughtUp(house)
    const total = async (): Promise<number> => {
      const reported = [0, 1].map((partition) => house.log.reported('feature-store', { topic: TOPICS.events, partition }))
      return (await Promise.all(reported)).reduce<number>((sum, position) => sum + (position ?? 0), 0)
    }
    while ((await total()) < 2) await new Promise(setImmediate)
    expect([...folders.owned.values()].reduce((sum, { positions }) => sum + positions.events, 0)).toBe(2)
  })
})
