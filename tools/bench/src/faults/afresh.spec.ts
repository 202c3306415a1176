import { CatalogRecord, Event, EventRecord, ItemState, UserState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf, builtInDictionary, compileDictionary, itemKey, userKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { PartitionFolder, SharedItems } from '@freshet/materialize'
import { openMemoryStore } from '@freshet/online-store/memory'
import { foldAfresh, withoutTiming } from './afresh'
import { ADDED } from './changes'
import { findDiffering } from './differing-features'
import { catalogue, visits } from './visits'

const PARTITIONS = 2
const stream = { seed: 5, users: 12, items: 10, startMs: 1_700_000_000_000, everyMs: 20_000 }

/** A record of `events` that changes whole histories: in the partition of whom it is about, or in each. */
interface Change {
  readonly actor?: Pick<Event, 'userId' | 'sessionId'>
  readonly record: EventRecord['record']
}

const user = (userId: string) => ({ userId, sessionId: '' })
const session = (sessionId: string) => ({ userId: '', sessionId })
const rates = (actor: Pick<Event, 'userId' | 'sessionId'>, eventId: string): Change => ({
  actor,
  record: { $case: 'event', event: Event.create({ ...actor, eventId, type: 'rating', itemId: 'i1', value: 5, timeMs: stream.startMs }) },
})
const forgets = (userId: string): Change => ({ actor: user(userId), record: { $case: 'forget', forget: user(userId) } })
const links = (sessionId: string, userId: string): Change => ({
  actor: session(sessionId),
  record: { $case: 'link', link: { sessionId, userId } },
})
const adopts = (text: string): Change => ({
  record: { $case: 'dictionary', dictionary: { number: 1, hash: compileDictionary(text).hash, text } },
})

/** A small house that has folded some visits, batch by batch, as a feature store does. */
async function folded(count: number, changes: readonly Change[] = []) {
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
  for (const { actor, record } of changes) {
    const value = EventRecord.encode({ record, sequence: 0, acceptedMs: stream.startMs }).finish()
    for (const partition of actor === undefined ? [0, 1] : [partitionOf(actorOf(actor), PARTITIONS)])
      await log.append({ topic: TOPICS.events, partition }, [{ key: '', value }])
    await drain()
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
      expect(withoutTiming(UserState.decode(value ?? new Uint8Array()))).toEqual(state && withoutTiming(state))
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

  it('knows no session that turned out to be a user, and the user with what the session did', async () => {
    const sessions = ['s1', 's2', 's3', 's4'] // to users of both partitions
    const changes = sessions.flatMap((id, i) => [rates(session(id), `e${id}`), links(id, `u${i}`), rates(user(`u${i}`), `after ${id}`)])
    const { store, scope } = await folded(60, changes)
    const { users, items, groups } = await foldAfresh(scope)
    expect(sessions.map((id) => users.get(actorOf(session(id))))).toEqual([undefined, undefined, undefined, undefined])
    expect(sessions.every((id) => users.has(actorOf(session(id))))).toBe(true)
    expect(await findDiffering(store, PARTITIONS, { users, items })).toEqual([])
    expect(groups.size).toBe(await examplesIn(scope.log))
  })

  it('knows nobody who was forgotten, and whoever came again anew', async () => {
    const { store, scope } = await folded(200, [forgets('u1'), forgets('u2'), rates(user('u2'), 'again')])
    const { users, items, groups } = await foldAfresh(scope)
    expect([users.get('u1'), users.get('u2')?.events]).toEqual([undefined, 1])
    expect(await findDiffering(store, PARTITIONS, { users, items })).toEqual([])
    expect(groups.size).toBe(await examplesIn(scope.log))
  })

  it('remembers by another dictionary from its record on', async () => {
    const { store, scope } = await folded(100, [adopts(ADDED), rates(user('u1'), 'later')])
    const { users, items } = await foldAfresh(scope)
    const windows = (id: string): string[] => Object.keys(users.get(id)?.windows ?? {})
    expect(windows('u1').length).toBeGreaterThan(windows('u2').length)
    expect(await findDiffering(store, PARTITIONS, { users, items })).toEqual([])
  })
})

const examplesIn = async (log: EventLog): Promise<number> => {
  const ends = await Promise.all([0, 1].map((partition) => log.next({ topic: TOPICS.examples, partition })))
  return ends.reduce((sum, next) => sum + next)
}
