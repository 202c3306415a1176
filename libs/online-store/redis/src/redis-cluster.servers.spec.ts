import { UnavailableError } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { type RedisCluster, type RedisServer, startRedisCluster } from '@freshet/testing'
import { at, bytes, commitUntilFailure, numbered, whenBack } from './house.fixture'
import { partitionKeys } from './layout'
import { openRedisStore } from './redis-store'

const open = ({ address }: RedisCluster): Promise<OnlineStore> =>
  openRedisStore({ url: address, name: 'moving', partitions: 8, deadlineMs: 3000 })

describe('a store in a Redis Cluster', () => {
  it('spreads its partitions over the nodes, and finds them by any one of these', async () => {
    await using cluster = await startRedisCluster()
    await using store = await openRedisStore({
      url: `redis+cluster://127.0.0.1:${cluster.masters[2].port}`,
      name: 'moving',
      deadlineMs: 3000,
    })
    await Promise.all(PARTITIONS.map((partition) => store.commit(partition, numbered(0))))
    const counts = await Promise.all(cluster.masters.map((node) => node.command('DBSIZE')))
    expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(PARTITIONS.length * 4)
    expect(Math.max(...counts.map(Number))).toBeLessThan(PARTITIONS.length * 4)
    expect(await Promise.all(PARTITIONS.map((partition) => store.positions(partition)))).toEqual(PARTITIONS.map(() => at(1)))
  })

  it('follows a partition to another node while it is moved, commit by commit', async () => {
    await using cluster = await startRedisCluster()
    await using store = await open(cluster)
    await store.commit(0, numbered(0))
    const [source, target] = await ownersOf(cluster, 0)
    const committing = commitUntil(store, 200)
    await moveSlot(source, target)
    await Promise.all(
      cluster.masters.map(async (node) =>
        node.command(`CLUSTER SETSLOT ${await slotOf(source)} NODE ${await target.command('CLUSTER MYID')}`),
      ),
    )
    await committing
    expect(await store.positions(0)).toEqual(at(200))
    expect((await store.outbox(0, 1000)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(Number(await target.command(`EXISTS ${partitionKeys('moving', 0)[0]}`))).toBe(1)
  })

  it('misses nothing but the partitions of a killed node, and has them again when it is back', async () => {
    await using cluster = await startRedisCluster()
    for (const node of cluster.masters) await node.command('CONFIG SET appendfsync always') // else a busy disk keeps up to two seconds from the file
    await using store = await open(cluster)
    const committing = commitUntilFailure(store, 0)
    await whenBack(async () => {
      while ((await store.positions(0)).events < 20);
    })
    const [owner] = await ownersOf(cluster, 0)
    await owner.kill()
    const { answered, failure } = await committing
    expect(failure).toBeInstanceOf(UnavailableError)
    await owner.restart()
    await cluster.settled()
    const { events } = await whenBack(() => store.positions(0))
    expect([answered, answered + 1]).toContain(events)
    expect(await store.read(0, ['u:a', 'u:b'])).toEqual([bytes(`${events}`), bytes(`${events}`)])
    await whenBack(() => store.commit(0, numbered(events)))
  })

  it('goes on with the replica that steps in, from where that one stands', async () => {
    await using cluster = await startRedisCluster({ replicas: 1 })
    await using store = await open(cluster)
    const committing = commitUntilFailure(store, 0)
    await whenBack(async () => {
      while ((await store.positions(0)).events < 20);
    })
    const [owner] = await ownersOf(cluster, 0)
    while (!/state=online,offset=[1-9]/.test(await owner.command('INFO replication')));
    await owner.kill()
    const { answered } = await committing
    const { events } = await whenBack(() => store.positions(0))
    expect(events).toBeLessThanOrEqual(answered + 1) // copies are sent after the answer: some may be missing
    expect(events).toBeGreaterThan(0)
    expect(await store.read(0, ['u:a', 'u:b'])).toEqual([bytes(`${events}`), bytes(`${events}`)])
    expect(await store.outbox(0, 1e6)).toHaveLength(events)
    await whenBack(() => store.commit(0, numbered(events)))
    expect(await store.positions(0)).toEqual(at(events + 1))
  })
})

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7]

const slotOf = (node: RedisServer): Promise<string> => node.command(`CLUSTER KEYSLOT ${partitionKeys('moving', 0)[0]}`)

/** The node that has partition 0's keys, and another one. */
async function ownersOf({ masters }: RedisCluster, _partition: number): Promise<[RedisServer, RedisServer]> {
  const slot = await slotOf(masters[0])
  const counts = await Promise.all(masters.map(async (node) => Number(await node.command(`CLUSTER COUNTKEYSINSLOT ${slot}`))))
  const owner = counts.findIndex((count) => count > 0)
  return [masters[owner], masters[(owner + 1) % masters.length]]
}

/** Moves a slot as `redis-cli --cluster reshard` does, a key at a time: meanwhile its keys lie on two nodes. */
async function moveSlot(source: RedisServer, target: RedisServer): Promise<void> {
  const slot = await slotOf(source)
  await target.command(`CLUSTER SETSLOT ${slot} IMPORTING ${await source.command('CLUSTER MYID')}`)
  await source.command(`CLUSTER SETSLOT ${slot} MIGRATING ${await target.command('CLUSTER MYID')}`)
  for (const key of partitionKeys('moving', 0)) {
    await source.command(`MIGRATE 127.0.0.1 ${target.port} ${key} 0 5000`)
    for (let i = 0; i < 20; i++) await source.command('PING') // let commits meet the slot on two nodes
  }
}

/** Commits one after the other, whatever a move makes of single attempts. */
async function commitUntil(store: OnlineStore, count: number): Promise<void> {
  for (let events = 1; events < count; events++) await whenBack(() => store.commit(0, numbered(events)))
}
