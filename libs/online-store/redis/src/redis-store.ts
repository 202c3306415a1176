import { randomUUID } from 'node:crypto'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { InvalidFieldError, textOf } from '@freshet/kernel'
import {
  assertKey,
  assertStorePartition,
  decodeOutgoing,
  encodeOutgoing,
  plain,
  StalePositionError,
  type Commit,
  type OnlineStore,
  type OutboxEntry,
  type ScanOptions,
  type Sight,
  type Standing,
} from '@freshet/online-store'
import { RedisConnection, type Argument } from './connection'
import { assertName, lexRange, partitionKeys, spellStanding, standingOf, type PartitionKeys } from './layout'
import { parseRedisAddress } from './redis-address'
import { COMMIT, LOOK, OUTBOX, READ, SCAN, type Script } from './scripts'

/** Which Redis, and which part of it. */
export interface RedisStoreOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, `redis+cluster://…host:port,host:port`; `rediss` speaks TLS. */
  readonly url: string
  /** The data set: its keys start with `freshet:{name:`. */
  readonly name: string
  /** How many partitions, 8 unless told otherwise. */
  readonly partitions?: number
  /** How long a verb may take, the wait for a connection included: 2,000 ms unless told otherwise. */
  readonly deadlineMs?: number
  /** Certificates and the like, for `rediss`. */
  readonly tls?: TlsOptions
}

/**
 * Opens an online store in a Redis server or cluster; resolves before there is a connection, so that a service starts without it.
 *
 * A verb that finds no server, or gets no answer, throws UnavailableError (retryable) when its deadline is over; a server that is full
 * DiskFullError, one that refuses for good PreconditionError. The connection is tried again for as long as the store is open.
 *
 * throws  InvalidFieldError for an address or a name that cannot be
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<OnlineStore> {
  const { url, name, partitions = 8, deadlineMs = 2000, tls } = options
  assertName(name)
  const connection = new RedisConnection({ address: parseRedisAddress(url), deadlineMs, tls })
  const chests = Array.from({ length: partitions }, (_, p) => new Chest(connection, p, partitionKeys(name, p)))
  const chestOf = (partition: number): Chest => {
    assertStorePartition(partition, partitions)
    return chests[partition]
  }
  return {
    positions: async (partition) => chestOf(partition).positions(),
    read: async (partition, keys, of) => chestOf(partition).read(keys, of),
    look: async (partition, keys) => chestOf(partition).look(keys),
    commit: async (partition, commit) => chestOf(partition).commit(commit),
    outbox: async (partition, limit) => chestOf(partition).outbox(limit),
    scan: async (partition, page) => chestOf(partition).scan(page),
    health: () => connection.health(),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

/** One partition: every verb is one command, or one script, on its four keys. */
class Chest {
  private readonly handle = randomUUID()
  private commits = 0

  constructor(
    private readonly connection: RedisConnection,
    private readonly partition: number,
    private readonly keys: PartitionKeys,
  ) {}

  async positions(): Promise<Standing> {
    const [standing] = this.keys
    return standingOf((await this.connection.call('hget', [standing, 'at'])) as Buffer | null)
  }

  async read(keys: readonly string[], of?: Standing): Promise<(Uint8Array | undefined)[]> {
    keys.forEach(assertKey)
    if (keys.length === 0) return []
    const [, values] = this.keys
    const found = of ? await this.askOf(of, READ, keys) : ((await this.connection.call('hmget', [values, ...keys])) as (Buffer | null)[])
    return found.map(valueOf)
  }

  async look(keys: readonly string[]): Promise<Sight> {
    keys.forEach(assertKey)
    const [at, ...found] = (await this.connection.run(LOOK, this.keys, keys)) as (Buffer | null)[]
    return { at: standingOf(at), values: found.map(valueOf) }
  }

  async commit(commit: Commit): Promise<void> {
    assertBounded(commit)
    for (const { key } of commit.puts) assertKey(key)
    const refused = await this.connection.run(COMMIT, this.keys, this.argumentsOf(commit))
    if (refused !== null) throw new StalePositionError(this.partition, commit.expect, standingOf(refused as Buffer))
  }

  async outbox(limit: number): Promise<OutboxEntry[]> {
    const [next, length, ...entries] = (await this.connection.run(OUTBOX, this.keys, [limit - 1])) as [Buffer, number, ...Buffer[]]
    const first = Number(textOf(next)) - length
    return entries.slice(0, limit).map((entry, i) => decodeOutgoing(first + i, entry))
  }

  async scan({ prefix, after, limit, of }: ScanOptions): Promise<{ readonly key: string; readonly value: Uint8Array }[]> {
    const page = (await this.askOf(of, SCAN, [...lexRange(prefix, after), limit])) as Buffer[]
    return Array.from({ length: page.length / 2 }, (_, i) => ({ key: textOf(page[2 * i]), value: plain(page[2 * i + 1]) }))
  }

  /** Runs a script that answers a list or, where the partition has to stand at `of` and does not, where it stands instead. */
  private async askOf(of: Standing | undefined, script: Script, rest: readonly Argument[]): Promise<(Buffer | null)[]> {
    const answer = (await this.connection.run(script, this.keys, [of ? spellStanding(of) : '', ...rest])) as (Buffer | null)[] | Buffer
    if (of !== undefined && Buffer.isBuffer(answer)) throw new StalePositionError(this.partition, of, standingOf(answer))
    return answer as (Buffer | null)[]
  }

  /** A commit as its script takes it: the last change of each key, bytes as they are at this moment. */
  private argumentsOf({ expect, next, puts, outbox, publishedBelow }: Commit): Argument[] {
    const last = new Map(puts.map(({ key, value }) => [key, value]))
    const changes: Argument[] = []
    const deletions: Argument[] = []
    for (const [key, value] of last) {
      if (value === null) deletions.push(key)
      else changes.push(key, Buffer.from(value))
    }
    const by = `${this.handle}/${++this.commits}`
    const putsEnd = HEAD_ARGUMENTS + changes.length
    const head = [spellStanding(expect), spellStanding(next), by, publishedBelow, putsEnd, putsEnd + deletions.length]
    return [...head, ...changes, ...deletions, ...outbox.map(encodeOutgoing)]
  }
}

const valueOf = (found: Buffer | null): Uint8Array | undefined => (found === null ? undefined : plain(found))

const HEAD_ARGUMENTS = 6
const ARGUMENTS_MAX = 1_000_000 // the protocol's bound is 2^20, before Redis 7
const BYTES_MAX = 512 << 20 // half of what Redis reads into one request by default

/** Refuses a commit that no server would take: it is one request, or it would not be one moment. */
function assertBounded({ puts, outbox }: Commit): void {
  const texts = 2 * puts.length + outbox.length
  let bytes = 0
  for (const { value } of puts) bytes += value?.length ?? 0
  for (const { value } of outbox) bytes += value.length
  if (texts <= ARGUMENTS_MAX && bytes <= BYTES_MAX) return
  const rule = `one commit has at most ${ARGUMENTS_MAX} keys, values and entries, of ${BYTES_MAX} bytes`
  throw new InvalidFieldError({ field: 'commit', value: `${texts}, of ${bytes} bytes`, rule, remedy: 'fold fewer records at once' })
}
