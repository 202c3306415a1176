import { FoldState } from '@freshet/contracts'
import type { OnlineStore } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { systemClock } from '@freshet/kernel'
import { FOLD_KEY, loadPartition } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { SharedItems } from './shared-items'

describe('loading a partition', () => {
  it('starts over where its store has been turned back in the middle, to the very positions that were read', async () => {
    const house = new LogHouse()
    const before = openMemoryStore({ partitions: 2 })
    const ahead = FoldState.encode(FoldState.create({ folded: 9, touchesSent: [5, 5] })).finish()
    let reads = 0
    const store: OnlineStore = {
      ...before,
      read: (partition, keys) =>
        reads++ === 0 ? Promise.resolve(keys.map((key) => (key === FOLD_KEY ? ahead : undefined))) : before.read(partition, keys),
    }
    const items = new SharedItems({ store, partitions: 2, clock: systemClock, itemsMax: 3 })
    const { log, dictionary } = house
    const scope = { log, store, dictionary, partition: 0, items, seed: 7, usersMax: 2 }
    await expect(loadPartition(scope)).rejects.toMatchObject({ code: 'STALE_POSITION' })
    expect((await loadPartition(scope)).fold.state.folded).toBe(0)
  })
})
