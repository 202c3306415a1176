import { START, type PositionVector } from '@freshet/online-store'
import { LogHouse } from './log-house.fixture'
import { assertNothingLost, giveUpLost, lostBetween } from './lost-sources'
import { PartitionFolder } from './partition-folder'
import { partitionStatus } from './partition-status'
import { eventRecord } from './records.fixture'
import { askForRestoration } from './restore-partition'
import { SharedItems } from './shared-items'
import { NO_SNAPSHOTS } from './snapshot-shelf'
import { systemClock } from '@freshet/kernel'

const at = (events: number, touches = 0, catalog = 0): PositionVector => ({ events, touches, catalog })
const EVENTS = { topic: 'events', partition: 0 }

/** A house whose partition 0 has folded two clicks, and has lost three of the four that came after. */
async function afterLoss() {
  const house = new LogHouse()
  const { log, store, partitions } = house
  const users = Array.from({ length: 40 }, (_, i) => `u${i}`)
  const click = (userId: string) => eventRecord({ userId, itemId: 'a', type: 'click', timeMs: 1 })
  const inFirst = async (records: number): Promise<void> => {
    const end = (await log.next(EVENTS)) + records
    while ((await log.next(EVENTS)) < end) await house.append(click(users.shift() ?? ''))
  }
  await inFirst(2)
  await house.drain()
  const folded = await store.positions(0)
  await inFirst(4)
  await log.trim(EVENTS, 5)
  const scope = { log, store, partition: 0, member: 'operator' }
  const load = async (): Promise<PartitionFolder> => {
    const items = new SharedItems({ store, partitions, clock: systemClock, itemsMax: 3 })
    return PartitionFolder.load({ ...scope, dictionary: house.dictionary, items, seed: 7, usersMax: 2 })
  }
  return { house, scope, folded, load, status: () => partitionStatus(log, store, 0) }
}

describe('records that were trimmed before they were folded', () => {
  it('are counted by source, and nowhere else than where the log begins beyond the fold', () => {
    expect(lostBetween(at(5, 7, 2), at(9, 3, 2))).toEqual(at(4))
    expect(() => assertNothingLost(1, at(5, 7, 2), at(5, 3, 2))).not.toThrow()
    expect(() => assertNothingLost(1, at(5, 7, 2), at(5, 9, 3))).toThrow(
      /touches up to 7, and the log begins at 9; .* --declare-lost-events 3$/,
    )
  })

  it('let their partition stand still, with its features as they are, and its status says how many they are', async () => {
    const { scope, folded, load, status } = await afterLoss()
    await expect(load()).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect(await status()).toMatchObject({ lost: at(3), firsts: at(5), ends: { events: 6 }, state: { folded: 2 } })
    expect(await scope.store.positions(0)).toEqual(folded)
  })

  it('are given up by whoever knows how many they are; what comes after them is folded, each once', async () => {
    const { house, scope, load, status } = await afterLoss()
    for (const records of [2, 4, 0])
      await expect(giveUpLost(scope, records)).rejects.toThrow(/partition 0 has lost 3; see `freshet status --partitions`/)
    expect(await giveUpLost(scope, 3)).toMatchObject({ events: 5 })
    expect(await status()).toMatchObject({ lost: START, state: { folded: 2 } })
    const folder = await load()
    while ((await folder.step()) > 0);
    expect(folder.state).toMatchObject({ folded: 3, duplicates: 0 })
    expect((await house.examples(0)).map(({ sourceOffset }) => sourceOffset)).toEqual([0, 1, 5])
  })

  it('are not given up where there are none, nor from under a fold that goes on', async () => {
    const { scope, load } = await afterLoss()
    await giveUpLost(scope, 3)
    await expect(giveUpLost(scope, 3)).rejects.toMatchObject({ code: 'PRECONDITION' })
    const folder = await load()
    await scope.log.trim(EVENTS, 6) // before it has folded the last one
    await giveUpLost(scope, 1)
    await expect(folder.verify()).rejects.toMatchObject({ code: 'STALE_POSITION' })
  })

  it('are no matter while a partition is made anew: it stands nowhere yet', async () => {
    const house = new LogHouse()
    const { log, store } = house
    await house.append(...['u', 'v', 'w'].map((userId) => eventRecord({ userId, itemId: 'a', type: 'click', timeMs: 1 })))
    await house.drain()
    await askForRestoration({ log, store, partition: 0, shelf: NO_SNAPSHOTS }, 'log')
    await log.trim(EVENTS, 1)
    expect(await partitionStatus(log, store, 0)).toMatchObject({ lost: START, firsts: at(1) })
  })
})
