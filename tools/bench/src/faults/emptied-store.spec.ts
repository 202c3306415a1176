import { CatalogRecord, EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf, builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import { runFolders } from '@freshet/materialize'
import type { OnlineStore } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { foldAfresh } from './afresh'
import { findDiffering } from './differing-features'
import { catalogue, visits } from './visits'

const PARTITIONS = 3
const SLOW = 2 // the partition whose catalogue takes long to read
const TURNS = 50 // of the event loop
const stream = { seed: 60, users: 12, items: 20, startMs: 1_700_000_000_000, everyMs: 20_000 }
const dictionary = compileDictionary(builtInDictionary('movielens'))
const turn = (): Promise<void> => new Promise(setImmediate)
const clock = { ...systemClock, sleep: turn }

/** A log with a catalogue and visits. */
async function recorded(): Promise<EventLog> {
  const log = openMemoryLog({ partitions: Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, PARTITIONS])) })
  for (const item of catalogue(stream)) {
    const value = CatalogRecord.encode({ record: { $case: 'item', item }, timeMs: 1 }).finish()
    await log.append({ topic: TOPICS.catalog, partition: partitionOf(item.itemId, PARTITIONS) }, [{ key: item.itemId, value }])
  }
  for (const [sequence, event] of visits(400, stream).entries()) {
    const value = EventRecord.encode({ record: { $case: 'event', event }, sequence, acceptedMs: event.timeMs }).finish()
    await log.append({ topic: TOPICS.events, partition: partitionOf(actorOf(event), PARTITIONS) }, [{ key: event.userId, value }])
  }
  return log
}

/** A log that brings one catalogue later than the others. */
const slowed = (log: EventLog): EventLog => ({
  ...log,
  async read(of, ...rest) {
    for (let i = 0; of.topic === TOPICS.catalog && of.partition === SLOW && i < TURNS; i++) await turn()
    return log.read(of, ...rest)
  },
})

describe('a store that is emptied under its folders', () => {
  it('holds the features of a fresh fold again, tastes included, whichever partition is faster', async () => {
    const log = await recorded()
    let present = openMemoryStore({ partitions: PARTITIONS })
    const store: OnlineStore = {
      ...present,
      positions: (...asked) => present.positions(...asked),
      read: (...asked) => present.read(...asked),
      commit: (...asked) => present.commit(...asked),
      outbox: (...asked) => present.outbox(...asked),
      scan: (...asked) => present.scan(...asked),
    }
    const partitions = [...Array(PARTITIONS).keys()]
    const reaches = async (topic: 'events' | 'touches', p: number): Promise<boolean> =>
      (await store.positions(p))[topic] === (await log.next({ topic, partition: p })) && (await store.outbox(p, 1)).length === 0
    const all = async (topic: 'events' | 'touches'): Promise<boolean> =>
      (await Promise.all(partitions.map((p) => reaches(topic, p)))).every(Boolean)
    const isFolded = async (): Promise<boolean> => (await all('events')) && (await all('touches')) // nobody is touched any more, then
    const afresh = () => foldAfresh({ log, dictionary })
    await using _ = await runFolders({ log: slowed(log), store, dictionary, clock, member: 'one', onTrouble: () => {} })
    while (!(await isFolded())) await turn()
    expect(await findDiffering(store, PARTITIONS, await afresh())).toEqual([])
    present = openMemoryStore({ partitions: PARTITIONS })
    expect((await findDiffering(store, PARTITIONS, await afresh())).length).toBe(stream.users + stream.items)
    while (!(await isFolded())) await turn()
    expect(await findDiffering(store, PARTITIONS, await afresh())).toEqual([])
  })
})
