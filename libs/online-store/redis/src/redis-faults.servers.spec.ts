import { createServer } from 'node:net'
import { once } from 'node:events'
import { DiskFullError } from '@freshet/event-log'
import { PreconditionError, UnavailableError } from '@freshet/kernel'
import type { Commit, OnlineStore } from '@freshet/online-store'
import { type RedisServer, startRedis } from '@freshet/testing'
import { RedisConnection } from './connection'
import { at, bytes, commitUntilFailure, numbered, whenBack } from './house.fixture'
import { partitionKeys } from './layout'
import { parseRedisAddress } from './redis-address'
import { openRedisStore } from './redis-store'
import { COMMIT } from './scripts'

const DEADLINE_MS = 700
const open = ({ address }: { readonly address: string }): Promise<OnlineStore> =>
  openRedisStore({ url: address, name: 'faults', partitions: 2, deadlineMs: DEADLINE_MS })

/** How long something took to fail, and how. */
async function failureOf(asked: Promise<unknown>): Promise<{ failure: unknown; tookMs: number }> {
  const startMs = performance.now()
  const failure: unknown = await asked.then(() => undefined, (error: unknown) => error) // prettier-ignore
  return { failure, tookMs: performance.now() - startMs }
}

describe('a Redis store without its server', () => {
  it('opens, refuses by the deadline with what to see to, and works once the server is there', async () => {
    await using reserved = await startRedis()
    await reserved.kill()
    await using store = await open(reserved)
    const { failure, tookMs } = await failureOf(store.read(0, ['u:a']))
    expect(failure).toBeInstanceOf(UnavailableError)
    expect(failure).toMatchObject({ retryable: true, message: expect.stringMatching(/it will be tried again.*ECONNREFUSED/) as string })
    expect(tookMs).toBeLessThan(DEADLINE_MS * 3)
    await reserved.restart()
    expect(await whenBack(() => store.positions(0))).toEqual(at(0))
    await store.commit(0, numbered(0))
  })

  it('has every answered commit after kill -9, where Redis appends to a file, and no half of another', async () => {
    await using redis = await startRedis({ appendOnly: true })
    await using store = await open(redis)
    const committing = commitUntilFailure(store, 1)
    await whenBack(async () => {
      while ((await store.positions(1)).events < 50);
    })
    await redis.kill()
    const { answered, failure } = await committing
    expect(failure).toBeInstanceOf(UnavailableError)
    await redis.restart()
    const { events } = await whenBack(() => store.positions(1))
    expect(events - answered).toBeGreaterThanOrEqual(0)
    expect(events - answered).toBeLessThanOrEqual(1)
    expect(await store.read(1, ['u:a', 'u:b'])).toEqual([bytes(`${events}`), bytes(`${events}`)])
    expect((await store.outbox(1, 1e6)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: events }, (_, i) => i))
    await store.commit(1, numbered(events))
  })

  it('meets its deadline while Redis is stopped, and goes on by itself afterwards', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await store.commit(0, numbered(0))
    redis.stop()
    const asked = await Promise.all(
      [store.commit(0, numbered(1)), store.read(0, ['u:a']), store.scan(0, { prefix: '', limit: 1 })].map(failureOf),
    )
    for (const { failure, tookMs } of asked) {
      expect(failure).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(`no answer within ${DEADLINE_MS} ms`) as string,
      })
      expect(tookMs).toBeLessThan(DEADLINE_MS * 3)
    }
    redis.cont()
    const { events } = await whenBack(() => store.positions(0))
    await whenBack(() => store.commit(0, numbered(events)))
    expect(await store.positions(0)).toEqual(at(events + 1))
  })

  it('gives up a connection that says nothing for long, and makes another', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await store.positions(0)
    redis.stop()
    const failures = [await failureOf(store.positions(0)), await failureOf(store.positions(0)), await failureOf(store.positions(0))]
    redis.cont()
    expect(failures.map(({ failure }) => (failure as UnavailableError).code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'])
    await whenBack(() => store.positions(0))
    expect(await redis.command('INFO stats')).toMatch(/total_connections_received:[3-9]/)
  })

  it('answers who waits when it is closed, and who asks afterwards', async () => {
    await using reserved = await startRedis()
    await reserved.kill()
    const store = await open(reserved)
    const asked = failureOf(store.positions(0))
    await store[Symbol.asyncDispose]()
    expect((await asked).failure).toBeInstanceOf(UnavailableError)
    await expect(store.positions(0)).rejects.toThrow(UnavailableError)
  })
})

/** Resolves once the store says that it is served, or that it is not. */
async function turnsTo(store: OnlineStore, isServing: boolean): Promise<void> {
  while (store.health?.().isServing !== isServing) await new Promise(setImmediate)
}

describe('a Redis store, refused', () => {
  it('brings its scripts along again when Redis has forgotten them', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await store.commit(0, numbered(0))
    await redis.command('SCRIPT FLUSH SYNC')
    await Promise.all([store.commit(0, numbered(1)), store.outbox(0, 1), store.scan(0, { prefix: 'u:', limit: 1 })])
    expect(await store.positions(0)).toEqual(at(2))
  })

  it('applies a commit once that is sent twice', async () => {
    await using redis = await startRedis()
    await using connection = new RedisConnection({ address: parseRedisAddress(redis.address), deadlineMs: DEADLINE_MS })
    const commit = (by: string): Promise<unknown> =>
      connection.run(COMMIT, partitionKeys('faults', 0), ['0 0 0', '0 0 0', by, 0, 6, 6, 'an entry'])
    expect([await commit('one'), await commit('one')]).toEqual([null, null])
    expect(await redis.command('LLEN freshet:{faults:0}:outbox')).toBe('1')
    expect(await commit('another')).toBeNull()
    expect(await redis.command('LLEN freshet:{faults:0}:outbox')).toBe('2')
  })

  it('tells a wrong password from a server that is gone, and repeats none', async () => {
    await using redis = await startRedis({ settings: ['--requirepass', 'hunter2'] })
    const by = (credentials: string): Promise<OnlineStore> => open({ address: `redis://${credentials}@127.0.0.1:${redis.port}` })
    await using right = await by(':hunter2')
    expect(await right.positions(0)).toEqual(at(0))
    for (const [credentials, reason] of [
      [':hunter3', 'WRONGPASS'],
      ['someone:hunter3', 'WRONGPASS'],
    ]) {
      // prettier-ignore
      await using wrong = await by(credentials)
      const { failure } = await failureOf(wrong.positions(0))
      expect(failure).toBeInstanceOf(PreconditionError)
      expect(failure).toMatchObject({ message: expect.stringContaining(reason) as string })
      expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter3')
    }
    await using none = await open(redis)
    await expect(none.positions(0)).rejects.toThrow('NOAUTH')
  })

  it('says in its health whether the server answers, since when, and what helps', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await store.positions(0)
    const well = store.health?.()
    expect(well).toMatchObject({ isServing: true, reason: undefined })
    redis.stop()
    await expect(store.positions(0)).rejects.toThrow('no answer within')
    expect(store.health?.()).toMatchObject({ isServing: false, reason: expect.stringContaining('no answer within') as string })
    redis.cont()
    await whenBack(() => store.positions(0))
    expect(store.health?.()).toMatchObject({ isServing: true, reason: undefined })
    await redis.kill()
    await expect(store.positions(0)).rejects.toThrow(UnavailableError)
    const ill = store.health?.()
    expect(ill).toMatchObject({ isServing: false, reason: expect.stringContaining('it will be tried again') as string })
    expect(store.health?.().sinceMs).toBe(ill?.sinceMs)
  })

  it('refuses a database that the server does not have, instead of using its first one', async () => {
    await using redis = await startRedis()
    await using store = await open({ address: `${redis.address}/99` })
    await expect(store.commit(0, numbered(0))).rejects.toThrow(PreconditionError)
    await expect(store.positions(0)).rejects.toThrow(/has no database 99 .*name one that it has in the address of the store/)
    expect(store.health?.()).toMatchObject({ isServing: false, reason: expect.stringContaining('no database 99') as string })
    expect(await redis.command('DBSIZE')).toBe('0')
  })

  it('takes nothing of a commit for which Redis has no room, and says so', async () => {
    await using redis = await startRedis({ settings: ['--maxmemory', '30mb'] })
    await using store = await open(redis)
    const filling = (events: number): Commit => ({ ...numbered(events), puts: [{ key: `u:${events}`, value: new Uint8Array(500_000) }] })
    let taken = 0
    let refusal: unknown
    for (; refusal === undefined; taken++)
      refusal = (await failureOf(store.commit(0, { ...filling(taken), publishedBelow: taken }))).failure
    taken--
    expect(refusal).toBeInstanceOf(DiskFullError)
    expect(taken).toBeGreaterThan(5)
    expect(await store.positions(0)).toEqual(at(taken))
    expect(await store.scan(0, { prefix: '', limit: 1000 })).toHaveLength(taken)
    expect((await store.outbox(0, 10)).map(({ sequence }) => sequence)).toEqual([taken - 1])
    await redis.command('CONFIG SET maxmemory 100mb')
    await store.commit(0, filling(taken))
  })

  it('refuses a server that would throw away what it chooses', async () => {
    await using redis = await startRedis({ settings: ['--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru'] })
    await using store = await open(redis)
    await expect(store.positions(0)).rejects.toThrow(PreconditionError)
    await expect(store.commit(0, numbered(0))).rejects.toThrow('set maxmemory-policy to noeviction')
  })

  it('notices while it runs that a server would throw away, and that it would no more', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await store.commit(0, numbered(0))
    await redis.command('CONFIG SET maxmemory-policy allkeys-lru')
    await turnsTo(store, false)
    await expect(store.positions(0)).rejects.toThrow('set maxmemory-policy to noeviction')
    await redis.command('CONFIG SET maxmemory-policy noeviction')
    await turnsTo(store, true)
    expect(await store.positions(0)).toEqual(at(1))
  })

  it('says which keys another program uses', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    await redis.command('SET freshet:{faults:0}:standing theirs')
    await expect(store.commit(0, numbered(0))).rejects.toThrow(/WRONGTYPE.*another program uses keys freshet/)
  })

  it('refuses a commit that no server would take in one request', async () => {
    await using redis = await startRedis()
    await using store = await open(redis)
    const puts = Array.from({ length: 500_000 }, (_, i) => ({ key: `u:${i}`, value: bytes('') }))
    await expect(store.commit(0, { ...numbered(0), puts })).rejects.toThrow('fold fewer records at once')
    expect(await store.positions(0)).toEqual(at(0))
  })

  it('speaks TLS where the address asks for it', async () => {
    await using listening = createServer().listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const heard = once(listening, 'connection').then(async ([socket]) => (await once(socket, 'data'))[0] as Buffer)
    const { port } = listening.address() as { port: number }
    await using store = await open({ address: `rediss://:hunter2@127.0.0.1:${port}` })
    const asked = failureOf(store.positions(0))
    expect((await heard)[0]).toBe(0x16) // a TLS handshake, not a command
    expect((await asked).failure).toBeInstanceOf(UnavailableError)
  })
})

describe('two handles of one server', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis[Symbol.asyncDispose]())

  it('keep data sets of different names apart', async () => {
    await using ours = await openRedisStore({ url: redis.address, name: 'ours' })
    await using theirs = await openRedisStore({ url: redis.address, name: 'theirs' })
    await ours.commit(7, numbered(0))
    expect(await theirs.positions(7)).toEqual(at(0))
    expect(await theirs.scan(7, { prefix: '', limit: 10 })).toEqual([])
  })

  it('refuse names that would break the hash tag', async () => {
    for (const name of ['', 'a b', 'a}b', '{'])
      await expect(openRedisStore({ url: redis.address, name })).rejects.toThrow('without braces and spaces')
  })

  it('keep numbered databases apart', async () => {
    await using first = await openRedisStore({ url: `${redis.address}/1`, name: 'numbered' })
    await using second = await openRedisStore({ url: `${redis.address}/2`, name: 'numbered' })
    await first.commit(0, numbered(0))
    expect(await second.positions(0)).toEqual(at(0))
  })
})
