import { TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { type OnlineStore, type PositionVector, type Put, StalePositionError, START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { askForRestoration, FROM_LOG_KEY, restorePartition } from './restore-partition'
import type { SnapshotShelf } from './snapshot-shelf'

const at = (events: number): PositionVector => ({ ...START, events })
const put = (key: string, value: string): Put => ({ key, value: new Uint8Array(Buffer.from(value)) })

const ENTRIES: readonly (readonly Put[])[] = [[put('u:a', 'old'), put('u:b', 'b')], [put('u:a', 'new'), { key: 'u:b', value: null }], [put('u:c', 'c')]] // prettier-ignore

/** A shelf that holds one snapshot at most. */
const shelfOf = (positions: PositionVector | undefined): SnapshotShelf => ({
  begin: () => Promise.reject(new RangeError('nothing is written here')),
  kept: async () => (positions ? [positions] : []),
  setAside: async () => void (positions = undefined),
  newest: async () =>
    positions && {
      positions,
      async *entries() {
        yield* ENTRIES
      },
    },
})

const EVENTS = { topic: TOPICS.events, partition: 0 }

async function logOf(events: number, touches = 0): Promise<EventLog> {
  const log = openMemoryLog({ partitions: { events: 1, touches: 1, catalog: 1 } })
  const entries = Array.from({ length: events }, () => ({ key: '', value: new Uint8Array(1) }))
  await log.append(EVENTS, entries)
  if (touches > 0) await log.append({ topic: TOPICS.touches, partition: 0 }, entries.slice(0, touches))
  return log
}

async function storeAt(events: number): Promise<OnlineStore> {
  const store = openMemoryStore({ partitions: 1 })
  const outbox = [{ to: { topic: 'examples', partition: 0 }, key: '', value: new Uint8Array(1) }]
  await store.commit(0, { expect: START, next: at(events), puts: [put('u:a', 'rewound'), put('u:z', 'z')], outbox, publishedBelow: 0 })
  return store
}

async function contentsOf(store: OnlineStore): Promise<unknown> {
  const all = await store.scan(0, { prefix: '', limit: 1e6 })
  const { lineage: _, ...at } = await store.positions(0)
  return { at, values: Object.fromEntries(all.map(({ key, value }) => [key, Buffer.from(value).toString()])) }
}

const RESTORED = { at: at(50), values: { 'u:a': 'new', 'u:c': 'c' } }

describe('a store that is behind the latest snapshot', () => {
  it('is brought to it, with nothing of its own left', async () => {
    const scope = { log: await logOf(60), partition: 0, shelf: shelfOf(at(50)) }
    const stores = [openMemoryStore({ partitions: 1 }), await storeAt(20)]
    for (const store of stores) {
      expect(await restorePartition({ ...scope, store })).toEqual(at(50))
      expect(await contentsOf(store)).toEqual(RESTORED)
      expect(await store.outbox(0, 10)).toEqual([])
      expect(await restorePartition({ ...scope, store })).toBeUndefined()
    }
  })

  it('is brought to it after a crash at any moment of that', async () => {
    const scope = { log: await logOf(60), partition: 0, shelf: shelfOf(at(50)) }
    for (let last = 0, crashed = true; crashed; last++) {
      const store = await storeAt(20)
      let commits = 0
      const failing: OnlineStore = { ...store, commit: async (...change) => (commits++ < last ? store.commit(...change) : Promise.reject(new RangeError('killed'))) } // prettier-ignore
      crashed = await restorePartition({ ...scope, store: failing }).then(() => false, () => true) // prettier-ignore
      await restorePartition({ ...scope, store })
      expect(await contentsOf(store)).toEqual(RESTORED)
      if (!crashed) expect(last).toBeGreaterThan(ENTRIES.length)
    }
  })

  it('refuses who folds on from the old positions, and who restores beside somebody that has gone on', async () => {
    const store = await storeAt(20)
    const scope = { log: await logOf(60), store, partition: 0, shelf: shelfOf(at(50)) }
    await restorePartition(scope)
    const zombie = { expect: at(20), next: at(21), puts: [put('u:a', 'spoilt')], outbox: [], publishedBelow: 0 }
    await expect(store.commit(0, zombie)).rejects.toThrow(StalePositionError)
    const late: OnlineStore = { ...store, positions: async () => at(20) } // looked before the other one had begun
    await expect(restorePartition({ ...scope, store: late })).rejects.toThrow(StalePositionError)
    expect(await contentsOf(store)).toEqual(RESTORED)
  })

  it('begins anew where a restoration was cut off and its snapshot is gone', async () => {
    const store = await storeAt(20)
    const log = await logOf(60)
    let commits = 0
    const failing: OnlineStore = { ...store, commit: async (...change) => (commits++ < 2 ? store.commit(...change) : Promise.reject(new RangeError('killed'))) } // prettier-ignore
    await expect(restorePartition({ log, store: failing, partition: 0, shelf: shelfOf(at(50)) })).rejects.toThrow('killed')
    expect(await restorePartition({ log, store, partition: 0, shelf: shelfOf(undefined) })).toEqual(START)
    expect(await contentsOf(store)).toEqual({ at: START, values: {} })
  })
})

describe('a store that is left alone', () => {
  it.each<[string, PositionVector | undefined, number, number, Partial<PositionVector>?]>([
    ['is further', at(50), 51, 60],
    ['is as far', at(50), 50, 60],
    ['is further in one topic', { events: 50, touches: 0, catalog: 0 }, 49, 60, { touches: 1 }],
    ['has no snapshot', undefined, 0, 60],
    ['belongs to a log that is younger than the snapshot', at(50), 20, 49],
  ])('%s', async (_, snapshot, events, logEnd, more = {}) => {
    const store = await storeAt(events)
    const next = { ...at(events), ...more }
    await store.commit(0, { expect: at(events), next, puts: [], outbox: [], publishedBelow: 0 })
    const before = await contentsOf(store)
    expect(
      await restorePartition({ log: await logOf(logEnd, more.touches), store, partition: 0, shelf: shelfOf(snapshot) }),
    ).toBeUndefined()
    expect(await contentsOf(store)).toEqual(before)
  })
})

describe('a store that is to be made anew from the log alone', () => {
  /** The log of its partition, and that partition's store at 20, before or after somebody asked for it. */
  const asked = async () => {
    const scope = { log: await logOf(60), store: await storeAt(20), partition: 0, shelf: shelfOf(at(50)) }
    await askForRestoration(scope, 'log')
    return scope
  }
  const FROM_LOG = { at: START, values: { [FROM_LOG_KEY]: expect.anything() } }

  it('is not, where the log is trimmed already', async () => {
    const scope = { log: await logOf(60), store: await storeAt(20), partition: 0, shelf: shelfOf(at(50)) }
    await scope.log.trim(EVENTS, 10)
    const before = await contentsOf(scope.store)
    await expect(askForRestoration(scope, 'log')).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect(await contentsOf(scope.store)).toEqual(before)
  })

  it('is brought to its snapshot, where the log is trimmed between the asking and the wiping: nothing of either is missing', async () => {
    const scope = await asked()
    await scope.log.trim(EVENTS, 10)
    expect(await restorePartition(scope)).toEqual(at(50))
    expect(await contentsOf(scope.store)).toEqual(RESTORED)
  })

  it('is folded on from where it stands after each trouble, not brought to the snapshot that was in doubt', async () => {
    const scope = await asked()
    expect(await restorePartition(scope)).toEqual(START)
    expect(await contentsOf(scope.store)).toEqual(FROM_LOG)
    await scope.store.commit(0, { expect: await scope.store.positions(0), next: at(30), puts: [], outbox: [], publishedBelow: 0 })
    expect(await restorePartition(scope)).toBeUndefined()
    expect(await contentsOf(scope.store)).toEqual({ ...FROM_LOG, at: at(30) })
  })

  it('is brought to the snapshot after all, where the log is trimmed while it is folded', async () => {
    const scope = await asked()
    await restorePartition(scope)
    await scope.store.commit(0, { expect: await scope.store.positions(0), next: at(30), puts: [], outbox: [], publishedBelow: 0 })
    await scope.log.trim(EVENTS, 31)
    expect(await restorePartition(scope)).toEqual(at(50))
    expect(await contentsOf(scope.store)).toEqual(RESTORED)
  })
})
