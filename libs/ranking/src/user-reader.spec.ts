import { UserState } from '@freshet/contracts'
import { userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { openMemoryStore } from '@freshet/online-store/memory'
import { fakeClock } from '@freshet/testing'
import { readUsers } from './user-reader'

const START = { events: 0, touches: 0, catalog: 0 }

describe('the reader of users', () => {
  it("reads a user's state from the partition of its id, and how far that is", async () => {
    const store = openMemoryStore({ partitions: 4 })
    const partition = partitionOf('ann', 4)
    const value = UserState.encode(UserState.create({ events: 3 })).finish()
    const next = { events: 12, touches: 0, catalog: 0 }
    await store.commit(partition, { expect: START, next, puts: [{ key: userKey('ann'), value }], outbox: [], publishedBelow: 0 })
    const users = readUsers(store, { partitions: 4, clock: fakeClock(), deadlineMs: 50 })
    expect(await users.read('ann')).toEqual({ state: UserState.create({ events: 3 }), partition, position: 12 })
    expect(await users.read('bob')).toMatchObject({ state: undefined })
  })

  it('waits for a store that does not answer until the deadline and no longer', async () => {
    const clock = fakeClock()
    const silent = { positions: () => new Promise<never>(() => undefined), read: () => new Promise<never>(() => undefined) }
    const reading = readUsers(silent, { partitions: 4, clock, deadlineMs: 50 }).read('ann')
    const outcome = reading.catch((error: unknown) => error)
    await clock.advance(49)
    await clock.advance(1)
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })

  it('passes on what the store throws', async () => {
    const broken = { positions: () => Promise.reject(new TypeError('closed')), read: () => Promise.reject(new TypeError('closed')) }
    await expect(readUsers(broken, { partitions: 4, clock: fakeClock(), deadlineMs: 50 }).read('ann')).rejects.toThrow('closed')
  })
})
