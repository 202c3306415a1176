import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { PreconditionError, type FreshetError } from '@freshet/kernel'
import type { StoreHealth } from '@freshet/online-store'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { kindOf, meaningOf, unavailable, wordsOf } from './failures'
import type { RedisAddress } from './redis-address'
import type { Script } from './scripts'

/** How a connection is made and kept. */
export interface ConnectionOptions {
  readonly address: RedisAddress
  /** How long a call may take, the wait for a connection included. */
  readonly deadlineMs: number
  readonly tls?: TlsOptions
}

/** What a call passes on. */
export type Argument = string | number | Buffer

const BACK_OFF_MS = 50
const BACK_OFF_MS_MAX = 1000
const ASKED_AGAIN_MS = 2000 // settings of a server change while it runs
const SILENT_DEADLINES = 2 // after so many without a byte from the server, the connection is given up and made anew

/**
 * A connection to one server or a cluster that comes and goes: a call waits for it, and for its answer, until the deadline.
 *
 * Nothing is sent again by itself when a connection breaks, except by a cluster's client looking for a slot's new node: what was under
 * way fails at once with an UnavailableError, and its caller knows best what to ask next.
 */
export class RedisConnection implements AsyncDisposable {
  private readonly client: Redis | Cluster
  private readonly waiting = new Set<() => void>()
  private again: NodeJS.Timeout | undefined
  private isReady = false
  private isClosed = false
  private refusal: FreshetError | undefined
  private lastFailure: unknown
  private state: StoreHealth = { isServing: false, reason: 'no connection yet', sinceMs: Date.now() }

  constructor(private readonly options: ConnectionOptions) {
    this.client = openClient(options)
    const hear = (failure: unknown): void => void (this.lastFailure = failure)
    this.client.on('error', (failure: Error & { lastNodeError?: Error }) => hear(failure.lastNodeError ?? failure))
    this.client.on('node error', hear)
    this.client.on('ready', () => void this.welcome())
    this.client.on('close', () => {
      this.isReady = false
      clearTimeout(this.again)
    })
  }

  /** Whether the server was there, and answered, when it was last asked. */
  health(): StoreHealth {
    return this.isReady ? this.state : this.settled(this.refusal ?? this.absence())
  }

  /** Sends a command; texts in its answer come as bytes. */
  call(command: string, args: Argument[]): Promise<unknown> {
    return this.beforeDeadline(() => this.client.callBuffer(command, args))
  }

  /** Runs a script by its hash, and brings it along where the server does not have it: any that has just started, or stepped in. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args]
    return this.beforeDeadline(() =>
      this.client.callBuffer('evalsha', [script.sha, ...rest]).catch((failure: unknown) => {
        if (!wordsOf(failure).startsWith('NOSCRIPT')) throw failure
        return this.client.callBuffer('eval', [script.lua, ...rest])
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
    this.refusal = unavailable(this.options.address.text, 'this store was closed')
    if (this.isReady) await this.beforeDeadline(() => this.client.quit()).catch(() => undefined)
    this.isReady = false
    clearTimeout(this.again)
    this.client.disconnect()
    this.admitAll()
  }

  private async beforeDeadline(ask: () => Promise<unknown>): Promise<unknown> {
    const { address, deadlineMs } = this.options
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(this.isReady ? unavailable(address.text, `no answer within ${deadlineMs} ms`) : this.absence()),
        deadlineMs,
      )
    })
    try {
      const answer = await Promise.race([this.isReady ? ask() : this.ready().then(ask), late])
      this.settled(undefined)
      return answer
    } catch (failure) {
      const meaning = meaningOf(failure, address.text)
      this.settled(meaning)
      throw meaning
    } finally {
      clearTimeout(timer)
    }
  }

  /** What is known since the last call; `sinceMs` stays while nothing turns. */
  private settled(failure: FreshetError | undefined): StoreHealth {
    const isServing = failure === undefined
    const sinceMs = this.state.isServing === isServing ? this.state.sinceMs : Date.now()
    return (this.state = { isServing, reason: failure?.message, sinceMs })
  }

  private ready(): Promise<void> {
    if (this.refusal) return Promise.reject(this.refusal)
    return new Promise((resolve, reject) => {
      const admit = (): void => (this.refusal ? reject(this.refusal) : resolve())
      this.waiting.add(admit)
      setTimeout(() => this.waiting.delete(admit), this.options.deadlineMs).unref()
    })
  }

  private absence(): FreshetError {
    return meaningOf(this.lastFailure ?? `no connection within ${this.options.deadlineMs} ms`, this.options.address.text)
  }

  /**
   * Lets in who waits, unless the server would throw state away, or has no such database: all would go to its first one, beside others' keys. Either
   * can be set right, or wrong, while it runs, so it is asked again and again.
   */
  private async welcome(): Promise<void> {
    clearTimeout(this.again)
    const refusal = (await this.databaseRefusal()) ?? (await this.evictionOf().catch(() => undefined)) // who may not ask is trusted
    if (!this.isClosed) this.refusal = refusal
    this.isReady = this.client.status === 'ready' && this.refusal === undefined
    if (this.isReady) {
      this.lastFailure = undefined
      this.settled(undefined)
    }
    if (!this.isClosed) this.again = setTimeout(() => void this.look(), ASKED_AGAIN_MS).unref()
    this.admitAll()
  }

  private async look(): Promise<void> {
    if (this.client.status === 'ready') await this.welcome() // else it is welcomed once it is
  }

  private admitAll(): void {
    for (const admit of this.waiting) admit()
    this.waiting.clear()
  }

  /** The client selects it as well, and goes on where that fails. A connection that breaks meanwhile is made, and asked, anew. */
  private async databaseRefusal(): Promise<FreshetError | undefined> {
    const { database, text } = this.options.address
    if (this.client instanceof Cluster || database === 0) return undefined
    try {
      await this.client.select(database)
      return undefined
    } catch (failure) {
      if (kindOf(wordsOf(failure)) === 'ERR')
        return new PreconditionError(
          `${text} has no database ${database} (${wordsOf(failure)})`,
          `name one that it has in the address of the store, such as ${text}/0, or raise its setting databases`,
        )
      const meaning = meaningOf(failure, text)
      if (meaning.retryable) this.client.disconnect(true)
      return meaning
    }
  }

  /** A server that may drop any key under pressure could forget a partition's values and keep its vector: nobody would notice. */
  private async evictionOf(): Promise<FreshetError | undefined> {
    const servers = this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
    const policies = await Promise.all(servers.map(async (server) => /maxmemory_policy:(\S+)/.exec(await server.info('memory'))?.[1] ?? ''))
    const policy = policies.find((name) => name.startsWith('allkeys'))
    if (policy === undefined) return undefined
    const rule = `${this.options.address.text} evicts any key when its memory is full (maxmemory-policy ${policy})`
    return new PreconditionError(rule, 'set maxmemory-policy to noeviction')
  }
}

function openClient({ address, deadlineMs, tls }: ConnectionOptions): Redis | Cluster {
  const backOffMs = (times: number): number => Math.min(BACK_OFF_MS * 2 ** (times - 1), BACK_OFF_MS_MAX)
  const common = {
    ...(address.isTls && { tls: tls ?? {} }),
    username: address.username,
    password: address.password,
    connectTimeout: deadlineMs,
    socketTimeout: SILENT_DEADLINES * deadlineMs,
    disconnectTimeout: BACK_OFF_MS_MAX / 2, // a server that is stopped never says goodbye
    disableClientInfo: true, // servers before 7.2 do not know it
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  } satisfies RedisOptions
  if (address.isCluster) {
    const nodes = address.nodes.map(({ host, port }) => ({ host, port }))
    return new Cluster(nodes, {
      redisOptions: common,
      enableOfflineQueue: false,
      clusterRetryStrategy: backOffMs,
      slotsRefreshTimeout: deadlineMs,
    })
  }
  const [{ host, port }] = address.nodes
  const isReplica = (failure: Error): boolean => kindOf(failure.message) === 'READONLY' // the master is elsewhere now: find it by its name
  return new Redis({
    ...common,
    host,
    port,
    db: address.database,
    enableOfflineQueue: false,
    retryStrategy: backOffMs,
    reconnectOnError: isReplica,
  })
}
