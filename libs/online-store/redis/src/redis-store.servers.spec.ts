import { describeOnlineStore } from '@freshet/online-store/contract-suite'
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@freshet/testing'
import { openRedisStore } from './redis-store'

const DEADLINE_MS = 20_000 // a busy machine may take its time: the law says what holds, not how fast

let redis: RedisServer
let cluster: RedisCluster

beforeAll(async () => {
  ;[redis, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})

afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

describeOnlineStore('Redis', ({ name, partitions }) => openRedisStore({ url: redis.address, name, partitions, deadlineMs: DEADLINE_MS }))

describeOnlineStore('Redis Cluster', ({ name, partitions }) =>
  openRedisStore({ url: cluster.address, name, partitions, deadlineMs: DEADLINE_MS }),
)
