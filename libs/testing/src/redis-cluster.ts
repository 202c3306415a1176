import { UnavailableError } from '@freshet/kernel'
import { freeBusPort, type RedisServer, startRedis } from './redis-server'

/** How a Redis Cluster is started. */
export interface RedisClusterOptions {
  /** Nodes that own slots: 3 unless told otherwise, and never fewer. */
  readonly masters?: number
  /** Nodes that follow each of them: none unless told otherwise. */
  readonly replicas?: number
}

const SLOTS = 16_384
const NODE_TIMEOUT_MS = 1000 // a node that is silent so long is failed over
const MEETING_MS_MAX = 30_000
const LOOK_MS = 50

/** Redis servers that share the slots of one data set. */
export class RedisCluster implements AsyncDisposable {
  private constructor(
    /** Those that owned slots at the start. */
    readonly masters: readonly RedisServer[],
    readonly replicas: readonly RedisServer[],
  ) {}

  /** Starts the nodes, lets them meet, and waits until all slots are served. */
  static async start({ masters = 3, replicas = 0 }: RedisClusterOptions): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: masters * (1 + replicas) }, () => startNode()))
    const cluster = new RedisCluster(nodes.slice(0, masters), nodes.slice(masters))
    try {
      await cluster.meet()
      await cluster.settled()
      await cluster.follow()
    } catch (failure) {
      await cluster[Symbol.asyncDispose]()
      throw failure
    }
    return cluster
  }

  /** As an online store takes it. */
  get address(): string {
    return `redis+cluster://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  }

  /** Waits until every running node says that all slots are served. */
  async settled(): Promise<void> {
    await eventually('the cluster', async () => {
      const states = await Promise.all(this.masters.map((node) => node.command('CLUSTER INFO').catch(() => '')))
      return states.every((state) => state.includes('cluster_state:ok'))
    })
  }

  /** Forgets everything that the first masters hold. */
  async flush(): Promise<void> {
    await Promise.all(this.masters.map((node) => node.flush()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()))
  }

  private get nodes(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas]
  }

  private async meet(): Promise<void> {
    const [first] = this.masters
    const share = Math.ceil(SLOTS / this.masters.length)
    await Promise.all(
      this.masters.map(async (node, i) => {
        await node.command(`CLUSTER SET-CONFIG-EPOCH ${i + 1}`)
        await node.command(`CLUSTER ADDSLOTSRANGE ${i * share} ${Math.min((i + 1) * share, SLOTS) - 1}`)
      }),
    )
    for (const { port } of this.nodes.slice(1)) await first.command(`CLUSTER MEET 127.0.0.1 ${port}`)
  }

  private async follow(): Promise<void> {
    await Promise.all(
      this.replicas.map(async (node, i) => {
        const master = await this.masters[i % this.masters.length].command('CLUSTER MYID')
        await eventually('a replica’s master', () =>
          node.command(`CLUSTER REPLICATE ${master}`).then(
            () => true,
            () => false,
          ),
        )
        await eventually('a replica’s copy', async () => (await node.command('INFO replication')).includes('master_link_status:up'))
      }),
    )
  }
}

/** Starts a Redis Cluster on loopback; throws UnavailableError with the remedy where redis-server is missing. */
export const startRedisCluster = (options: RedisClusterOptions = {}): Promise<RedisCluster> => RedisCluster.start(options)

/** A node that survives restarts with its part in the cluster, and writes before it answers. */
const startNode = async (): Promise<RedisServer> =>
  startRedis({
    port: await freeBusPort(),
    appendOnly: true,
    settings: ['--cluster-enabled', 'yes', '--cluster-node-timeout', `${NODE_TIMEOUT_MS}`],
  })

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + MEETING_MS_MAX
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new UnavailableError(what, `it did not settle within ${MEETING_MS_MAX} ms`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
