import { TOPICS } from '@freshet/event-log'
import { PreconditionError, partitionOf, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { LogHouse } from './log-house.fixture'
import { partitionStatus } from './partition-status'
import { eventRecord } from './records.fixture'
import { type Folders, runFolders } from './run-folders'
import { StandingPartitions } from './standing-partitions'

describe('the partitions that stand still', () => {
  it('are told by their last trouble, and since the first, once it has lasted for a second', async () => {
    const clock = fakeClock(5000)
    const standing = new StandingPartitions(clock)
    standing.note(3, new PreconditionError('first', 'do this'))
    await clock.advance(999)
    standing.note(3, new UnavailableError('the store', 'see to it'))
    expect([standing.of(3), standing.forMs(3)]).toEqual([undefined, 999])
    await clock.advance(1)
    expect(standing.of(3)).toEqual({ because: expect.stringContaining('the store'), sinceMs: 5000 })
    expect([standing.of(2), standing.forMs(2)]).toEqual([undefined, 0])
  })

  it('are those no more that go on, and begin anew with the next trouble', async () => {
    const clock = fakeClock(5000)
    const standing = new StandingPartitions(clock)
    standing.note(3, 'no error at all')
    await clock.advance(2000)
    expect(standing.of(3)?.because).toBe('no error at all')
    standing.over(3)
    expect(standing.of(3)).toBeUndefined()
    standing.note(3, 'again')
    await clock.advance(1000)
    expect(standing.of(3)).toEqual({ because: 'again', sinceMs: 7000 })
  })
})

describe('the folders of a process, where one partition cannot be folded on', () => {
  const still = partitionOf('u', 2)
  const click = (userId: string) => eventRecord({ userId, itemId: 'i', type: 'click', timeMs: 1 })

  /** Folders on a clock that a test moves; every look lets them get on. */
  async function scene(commit: (partition: number) => void) {
    const house = new LogHouse()
    const { log, dictionary } = house
    const clock = fakeClock(5000)
    const store = { ...house.store, commit: async (...[partition, change]: Parameters<typeof house.store.commit>) => (commit(partition), house.store.commit(partition, change)) } // prettier-ignore
    await house.append(click('u'), click('v'), click('w'), click('x'))
    const folders = await runFolders({ log, store, dictionary, clock, member: 'one', onTrouble: () => undefined })
    const until = async (isSo: (folders: Folders) => boolean): Promise<void> => {
      for (; !isSo(folders); await clock.advance(100)) await new Promise(setImmediate)
    }
    return { house, folders, until }
  }

  it('say why and since when, whatever its fold throws, until it goes on; and nothing of the others', async () => {
    let failure: Error | undefined = new RangeError('a record that no fold survives')
    const { house, folders, until } = await scene((partition) => {
      if (partition === still && failure) throw failure
    })
    await using _ = folders
    await until(({ standsStill }) => standsStill(still) !== undefined)
    expect(folders.standsStill(still)).toEqual({ because: 'a record that no fold survives', sinceMs: expect.any(Number) })
    expect(folders.standsStill(1 - still)).toBeUndefined()
    failure = undefined
    await until(({ standsStill }) => standsStill(still) === undefined)
    const end = await house.log.next({ topic: TOPICS.events, partition: still })
    await until(({ owned }) => owned.get(still)?.positions.events === end)
  })
})

describe('the status of a partition', () => {
  it('says by how much its store goes beyond the log, and not that it is behind', async () => {
    const house = new LogHouse()
    const at = await house.store.positions(0)
    await house.store.commit(0, { expect: at, next: { events: 5, touches: 0, catalog: 2 }, puts: [], outbox: [], publishedBelow: 0 })
    const status = await partitionStatus(house.log, house.store, 0)
    expect(status.beyond).toEqual({ events: 5, touches: 0, catalog: 2 })
    expect(status.lost).toEqual({ events: 0, touches: 0, catalog: 0 })
  })

  it('takes no owner for one of another log that folds while it is read', async () => {
    const house = new LogHouse()
    const next: typeof house.log.next = async (of) => house.log.next(of)
    let folded = false
    const fold = async (): Promise<void> => {
      if (folded) return
      folded = true
      await house.append(eventRecord({ userId: 'u', itemId: 'i', type: 'click', timeMs: 1 }))
      await house.drain()
    }
    const log = {
      ...house.log,
      next: async (of: { topic: string; partition: number }) => next(of).then(async (end) => (await fold(), end)),
    }
    expect((await partitionStatus(log, house.store, partitionOf('u', 2))).beyond).toEqual({ events: 0, touches: 0, catalog: 0 })
  })
})
