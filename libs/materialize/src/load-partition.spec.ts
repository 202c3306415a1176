import { systemClock } from '@freshet/kernel'
import { type OnlineStore, StalePositionError, START } from '@freshet/online-store'
import { loadPartition } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { eventRecord, tickRecord } from './records.fixture'
import { askForRestoration, restorePartition } from './restore-partition'
import { openTurnableStore } from './rewound-store.fixture'
import { SharedItems } from './shared-items'
import { NO_SNAPSHOTS } from './snapshot-shelf'

/** A store through which a newcomer looks while `before` each of its reads, scans included, something happens. */
function watched(store: OnlineStore, before: (nth: number) => Promise<void>): OnlineStore {
  let reads = 0
  return {
    ...store,
    read: async (...asked) => before(reads++).then(() => store.read(...asked)),
    scan: async (...asked) => before(reads++).then(() => store.scan(...asked)),
  }
}

/** A house whose store has folded a click and may be turned back to that; a zombie is about to fold the next. */
async function scene() {
  const house = new LogHouse()
  const store = openTurnableStore(house.partitions)
  house.store = store
  const click = (userId: string) => [0, 1].map((i) => eventRecord({ userId, itemId: `${i}`, type: 'click', timeMs: 1 }))
  await house.append(...click('u'), ...click('v'))
  const zombies = await house.load()
  for (const zombie of zombies) await zombie.step()
  await store.mark()
  await house.append(...click('u'), ...click('v'), tickRecord(50))
  const load = (seen: OnlineStore) => {
    const items = new SharedItems({ store: seen, partitions: house.partitions, clock: systemClock, itemsMax: 3 })
    return loadPartition({ log: house.log, store: seen, dictionary: house.dictionary, partition: 0, items, seed: 7, usersMax: 2 })
  }
  return { house, store, zombie: zombies[0], load }
}

const READS = 5 // of a load: the fold's own state, and four scans

describe('loading a partition', () => {
  it.each(Array.from({ length: READS }, (_, nth) => nth))(
    'starts over where a zombie commits before its read %d, and the store is turned back before the next, to the very place that was read',
    async (nth) => {
      const { store, zombie, load } = await scene()
      const seen = watched(store, async (read) => {
        if (read === nth) await zombie.step()
        if (read === nth + 1) store.turnBack()
      })
      await expect(load(seen)).rejects.toThrow(StalePositionError)
    },
  )

  it('is refused while a restoration has been asked for: whoever looked for one before that has to look again', async () => {
    const { house, store, load } = await scene()
    const { log } = house
    await askForRestoration({ log, store, partition: 0, shelf: NO_SNAPSHOTS }, 'log')
    await expect(load(store)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await restorePartition({ log, store, partition: 0, shelf: NO_SNAPSHOTS })
    expect((await load(store)).positions).toMatchObject(START)
  })

  it('reads nothing beside those, and loads where nobody comes between', async () => {
    const { store, zombie, load } = await scene()
    let reads = 0
    const loaded = await load(watched(store, async () => void reads++))
    expect(reads).toBe(READS)
    expect(loaded.positions).toEqual(zombie.positions)
  })

  it.each(['events', 'touches', 'catalog'] as const)('refuses a store that contains more %s than the log has', async (topic) => {
    const { house, store, load } = await scene()
    const at = await store.positions(0)
    const end = await house.log.next({ topic, partition: 0 })
    await store.commit(0, { expect: at, next: { ...at, [topic]: end + 1 }, puts: [], outbox: [], publishedBelow: 0 })
    const refused = load(store)
    await expect(refused).rejects.toMatchObject({ code: 'PRECONDITION' })
    await expect(refused).rejects.toThrow(
      `${topic} up to ${end + 1}, and the log ends at ${end}; make it anew from the log: npx freshet repair 0`,
    )
  })
  it.each(['events', 'touches', 'catalog'] as const)('refuses a log that has lost %s before they were folded', async (topic) => {
    const { house, store, load } = await scene()
    const of = { topic, partition: 0 }
    const from = (await store.positions(0))[topic]
    const missing = [1, 2].map(() => ({ key: '', value: new Uint8Array(1) }))
    await house.log.append(of, missing)
    const end = await house.log.next(of)
    await house.log.trim(of, end)
    const refused = load(store)
    await expect(refused).rejects.toMatchObject({ code: 'PRECONDITION' })
    await expect(refused).rejects.toThrow(
      `${topic} up to ${from}, and the log begins at ${end}; bring the log back from where it was kept, ` +
        `or give up what is lost: npx freshet repair 0 --declare-lost-events ${end - from}`,
    )
  })
})
