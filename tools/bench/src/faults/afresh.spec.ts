import { CatalogRecord, EventRecord, ItemState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf, builtInDictionary, compileDictionary, itemKey, userKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { PartitionFolder, SharedItems } from '@freshet/materialize'
import { openMemoryStore } from '@freshet/online-store/memory'
import { foldAfresh, withoutTiming } from './afresh'
import { catalogue, visits } from './visits'

const PARTITIONS = 2
const stream = { seed: 5, users: 12, items: 10, startMs: 1_700_000_000_000, everyMs: 20_000 }

/** A small house that has folded some visits, batch by batch, as a feature store does. */
async function folded(count: number) {
  const dictionary = compileDictionary(builtInDictionary('movielens'))
  const log = openMemoryLog({ partitions: { events: PARTITIONS, touches: PARTITIONS, catalog: PARTITIONS, examples: PARTITIONS } })
  const store = openMemoryStore({ partitions: PARTITIONS })
  const items = new SharedItems({ store, partitions: PARTITIONS, clock: systemClock, itemsMax: 100 })
  const scope = { log, store, dictionary, items, seed: 1, usersMax: 100 }
  const folders = await Promise.all([0, 1].map((partition) => PartitionFolder.load({ ...scope, partition })))
  const drain = async (): Promise<void> => {
    for (let records = 1; records > 0;) records = (await folders[0].step()) + (await folders[1].step())
  }
  for (const item of catalogue(stream)) {
    const value = CatalogRecord.encode({ record: { $case: 'item', item }, timeMs: 1 }).finish()
    await log.append({ topic: TOPICS.catalog, partition: partitionOf(item.itemId, PARTITIONS) }, [{ key: item.itemId, value }])
  }
  await drain()
  for (const [sequence, event] of visits(count, stream).entries()) {
    const value = EventRecord.encode({ record: { $case: 'event', event }, sequence, acceptedMs: event.timeMs }).finish()
    await log.append({ topic: TOPICS.events, partition: partitionOf(actorOf(event), PARTITIONS) }, [{ key: event.userId, value }])
    if (sequence % 7 === 0) await drain()
  }
  await drain()
  return { log, store, dictionary, scope: { log, dictionary } }
}

describe('a fold afresh', () => {
  it('comes to the users and items that the feature store came to', async () => {
    const { store, scope } = await folded(300)
    const { users, items } = await foldAfresh(scope)
    expect([users.size, items.size]).toEqual([12, 10])
    for (const [id, state] of users) {
      const [value] = await store.read(partitionOf(id, PARTITIONS), [userKey(id)])
      expect(withoutTiming(UserState.decode(value ?? new Uint8Array()))).toEqual(withoutTiming(state))
    }
    for (const [id, state] of items) {
      const [value] = await store.read(partitionOf(id, PARTITIONS), [itemKey(id)])
      expect(ItemState.decode(value ?? new Uint8Array())).toEqual(state)
    }
  })

  it('names the groups that stand in `examples`, and no others', async () => {
    const { log, scope } = await folded(300)
    const { groups } = await foldAfresh(scope)
    const count = (await Promise.all([0, 1].map((partition) => log.next({ topic: TOPICS.examples, partition })))).reduce(
      (sum, next) => sum + next,
    )
    expect(groups.size).toBe(count)
    expect(groups.size).toBeGreaterThan(100)
  })

  it('counts a touch once that was delivered twice', async () => {
    const { log, scope } = await folded(60)
    const before = await foldAfresh(scope)
    for (const partition of [0, 1]) {
      const touches = await log.read({ topic: TOPICS.touches, partition }, 0, { records: 1000 })
      await log.append({ topic: TOPICS.touches, partition }, touches)
    }
    expect((await foldAfresh(scope)).items).toEqual(before.items)
  })
})
