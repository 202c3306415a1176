import { existsSync } from 'node:fs'
import { UnavailableError } from '@freshet/kernel'
import { startRedisCluster } from './redis-cluster'
import { startRedis } from './redis-server'
import { temporaryDirectory } from './temporary-directory'

const BUS_PORT_MAX = 65_535

describe('a Redis server of a test', () => {
  it('answers when it has started, and is gone with its files when its scope ends', async () => {
    let gone
    {
      await using redis = await startRedis()
      expect(await redis.command('PING')).toBe('PONG')
      expect(redis.address).toBe(`redis://127.0.0.1:${redis.port}`)
      expect(redis.port + 10_000).toBeLessThanOrEqual(BUS_PORT_MAX)
      gone = redis
    }
    await expect(gone.command('PING')).rejects.toThrow(UnavailableError)
    expect(existsSync(gone.directory)).toBe(false)
  })

  it('comes back after kill -9 with every write, where it appends them to a file', async () => {
    await using redis = await startRedis({ appendOnly: true })
    await redis.command('SET key value')
    await redis.kill()
    await redis.restart()
    expect(await redis.command('GET key')).toBe('value')
  })

  it('comes back as it was saved, or empty, where it appends nothing', async () => {
    await using redis = await startRedis()
    await redis.command('SET key saved')
    await redis.command('SAVE')
    await redis.command('SET key later')
    await redis.kill()
    await redis.restart()
    expect(await redis.command('GET key')).toBe('saved')
    await redis.flush()
    expect(await redis.command('DBSIZE')).toBe('0')
  })

  it('says nothing while it is stopped, and everything afterwards', async () => {
    await using redis = await startRedis()
    redis.stop()
    let answered = false
    const answer = redis.command('PING').finally(() => (answered = true))
    await new Promise(setImmediate)
    expect(answered).toBe(false)
    redis.cont()
    expect(await answer).toBe('PONG')
  })

  it('uses the directory, the port and the settings that it is given, and leaves the directory', async () => {
    await using directory = await temporaryDirectory()
    {
      await using first = await startRedis({ directory: directory.path, appendOnly: true, settings: ['--maxmemory', '5mb'] })
      expect(await first.command('INFO memory')).toContain('maxmemory:5242880')
      await expect(startRedis({ port: first.port })).rejects.toThrow(/it last said:[^]*Address already in use/)
    }
    expect(existsSync(directory.within('appendonlydir'))).toBe(true)
  })

  it('names what to install where redis-server is missing', async () => {
    const { PATH } = process.env
    process.env.PATH = '/nowhere'
    try {
      await expect(startRedis()).rejects.toThrow(/redis-server is not available; install it: apt-get install redis-server/)
    } finally {
      process.env.PATH = PATH
    }
  })

  it('fails a command that Redis refuses, with what it said', async () => {
    await using redis = await startRedis()
    await expect(redis.command('NONSENSE')).rejects.toThrow("'NONSENSE' was answered by: ERR unknown command")
  })
})

describe('a Redis Cluster of a test', () => {
  it('serves all slots by three nodes, and again after one of them was killed and came back', async () => {
    await using cluster = await startRedisCluster()
    expect(cluster.masters).toHaveLength(3)
    expect(await cluster.masters[1].command('CLUSTER INFO')).toContain('cluster_known_nodes:3')
    await cluster.masters[2].kill()
    await cluster.masters[2].restart()
    await cluster.settled()
    expect(await cluster.masters[2].command('CLUSTER INFO')).toContain('cluster_slots_ok:16384')
  })

  it('gives each node its follower where asked, with all that it holds', async () => {
    await using cluster = await startRedisCluster({ replicas: 1 })
    expect(cluster.replicas).toHaveLength(3)
    for (const replica of cluster.replicas) expect(await replica.command('INFO replication')).toContain('role:slave')
  })
})
