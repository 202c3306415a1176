import { CatalogRecord, Event, EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf, builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { PartitionFolder, SharedItems } from '@freshet/materialize'
import { openMemoryStore } from '@freshet/online-store/memory'
import { catalogue, visits } from './visits'

export const PARTITIONS = 2
const stream = { seed: 5, users: 12, items: 10, startMs: 1_700_000_000_000, everyMs: 20_000 }

/** A record of `events` that changes whole histories: in the partition of whom it is about, or in each. */
interface Change {
  readonly actor?: Pick<Event, 'userId' | 'sessionId'>
  readonly record: EventRecord['record']
}

export const user = (userId: string) => ({ userId, sessionId: '' })
export const session = (sessionId: string) => ({ userId: '', sessionId })
export const rates = (actor: Pick<Event, 'userId' | 'sessionId'>, eventId: string): Change => ({
  actor,
  record: { $case: 'event', event: Event.create({ ...actor, eventId, type: 'rating', itemId: 'i1', value: 5, timeMs: stream.startMs }) },
})
export const forgets = (userId: string): Change => ({ actor: user(userId), record: { $case: 'forget', forget: user(userId) } })
export const links = (sessionId: string, userId: string): Change => ({
  actor: session(sessionId),
  record: { $case: 'link', link: { sessionId, userId } },
})
export const adopts = (text: string): Change => ({
  record: { $case: 'dictionary', dictionary: { number: 1, hash: compileDictionary(text).hash, text } },
})

/** A small house that has folded some visits, batch by batch, as a feature store does. */
export async function folded(count: number, changes: readonly Change[] = []) {
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

/** How many records stand in `examples`. */
export const examplesIn = async (log: EventLog): Promise<number> => {
  const ends = await Promise.all([0, 1].map((partition) => log.next({ topic: TOPICS.examples, partition })))
  return ends.reduce((sum, next) => sum + next)
}
