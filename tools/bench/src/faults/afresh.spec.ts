import { ItemState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { actorOf, itemKey, userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { foldAfresh } from './afresh'
import { ADDED } from './changes'
import { findDiffering } from './differing-features'
import { adopts, examplesIn, folded, forgets, links, PARTITIONS, rates, session, user } from './folded-house.fixture'
import { withoutTiming } from './without-timing'

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
