import { join } from 'node:path'
import { meaningOf, openEnvironment, type Environment } from '@freshet/event-log-embedded/lmdb'
import {
  assertKey,
  assertStands,
  assertStorePartition,
  decodeOutgoing,
  encodeOutgoing,
  plain,
  START,
  type Commit,
  type OnlineStore,
  type OutboxEntry,
  type ScanOptions,
  type Standing,
} from '@freshet/online-store'
import { decodeStanding, encodeStanding, keyOfValue, rangeOf } from './state-codec'
import { outboxKey, sequenceOf, standingKey, valueKey, type StandingEntry } from './state-codec'

/** Where an embedded store lies. */
export interface EmbeddedStoreOptions {
  /** The store gets an LMDB environment of its own in `store/` below this. */
  readonly directory: string
  /** How many partitions, 8 unless told otherwise. */
  readonly partitions?: number
}

/** Opens an online store in files that any number of processes and threads of this machine may share. */
export async function openEmbeddedStore({ directory, partitions = 8 }: EmbeddedStoreOptions): Promise<OnlineStore> {
  const shelf = new Shelf(join(directory, 'store'))
  const checked = (partition: number): number => {
    assertStorePartition(partition, partitions)
    return partition
  }
  return {
    positions: async (partition) => shelf.standing(checked(partition)).positions,
    read: async (partition, keys, of) => shelf.read(checked(partition), keys, of),
    commit: async (partition, commit) => shelf.commit(checked(partition), commit),
    outbox: async (partition, limit) => shelf.outbox(checked(partition), limit),
    scan: async (partition, options) => shelf.scan(checked(partition), options),
    [Symbol.asyncDispose]: () => shelf.close(),
  }
}

/** All partitions, in one environment: commits that meet go to disk together, and readers map one file. */
class Shelf {
  private readonly database: Environment

  constructor(private readonly path: string) {
    this.database = openEnvironment(path)
  }

  standing(partition: number): Stored {
    this.database.resetReadTxn()
    const entry = this.database.getEntry(standingKey(partition))
    if (!entry) return { positions: START, outboxFirst: 0, outboxNext: 0, commits: null }
    return { ...decodeStanding(entry.value), commits: entry.version ?? 0 }
  }

  read(partition: number, keys: readonly string[], of?: Standing): (Uint8Array | undefined)[] {
    keys.forEach(assertKey)
    this.look(partition, of)
    return keys.map((key) => {
      const value = this.database.get(valueKey(partition, key))
      return value && plain(value)
    })
  }

  /** Compares the vector here, and lets LMDB apply the writes only if no commit has come between. */
  async commit(partition: number, commit: Commit): Promise<void> {
    for (const { key } of commit.puts) assertKey(key)
    const values = commit.puts.map(({ value }) => value && Buffer.from(value))
    const outbox = commit.outbox.map(encodeOutgoing)
    for (;;) {
      const standing = this.compare(partition, commit)
      const first = Math.min(Math.max(standing.outboxFirst, commit.publishedBelow), standing.outboxNext)
      const next: StandingEntry = { positions: commit.next, outboxFirst: first, outboxNext: standing.outboxNext + outbox.length }
      const apply = (): void => {
        commit.puts.forEach(({ key }, i) => this.write(valueKey(partition, key), values[i]))
        this.moveOutbox(partition, standing, { first, outbox })
        void this.database.put(standingKey(partition), encodeStanding(next), (standing.commits ?? 0) + 1)
      }
      if (await this.provided(partition, standing.commits, apply)) return
    }
  }

  outbox(partition: number, limit: number): OutboxEntry[] {
    this.database.resetReadTxn()
    const range = { start: outboxKey(partition, 0), end: outboxKey(partition, SEQUENCE_MAX), limit }
    return [...this.database.getRange(range)].map(({ key, value }) => decodeOutgoing(sequenceOf(key), value))
  }

  scan(partition: number, { prefix, after, limit, of }: ScanOptions): { readonly key: string; readonly value: Uint8Array }[] {
    this.look(partition, of)
    const found = this.database.getRange({ ...rangeOf(partition, prefix, after), limit })
    return [...found].map(({ key, value }) => ({ key: keyOfValue(key), value: plain(value) }))
  }

  close(): Promise<void> {
    return this.database.close()
  }

  /** Turns to the present moment; throws StalePositionError where the partition has to stand at `of` in it and does not. */
  private look(partition: number, of: Standing | undefined): void {
    if (of === undefined) this.database.resetReadTxn()
    else assertStands(partition, of, this.standing(partition).positions)
  }

  /** How the partition stands; throws StalePositionError where that is not where the commit begins. */
  private compare(partition: number, { expect }: Commit): Stored {
    const standing = this.standing(partition)
    assertStands(partition, expect, standing.positions)
    return standing
  }

  /** Forgets what lies below `first`, and puts entries after those that there are. */
  private moveOutbox(partition: number, from: StandingEntry, { first, outbox }: { first: number; outbox: readonly Buffer[] }): void {
    for (let sequence = from.outboxFirst; sequence < first; sequence++) this.write(outboxKey(partition, sequence), null)
    outbox.forEach((entry, i) => this.write(outboxKey(partition, from.outboxNext + i), entry))
  }

  private write(key: Buffer, value: Buffer | null): void {
    if (value === null) void this.database.remove(key)
    else void this.database.put(key, value, 0)
  }

  /** Writes in one transaction, provided that the partition has seen so many commits (`null`: none ever). */
  private async provided(partition: number, commits: number | null, write: () => void): Promise<boolean> {
    const key = standingKey(partition)
    const done = commits === null ? this.database.ifNoExists(key, write) : this.database.ifVersion(key, commits, write)
    return done.catch(async (failure: unknown) => {
      throw await meaningOf(failure, this.path)
    })
  }
}

/** Where a partition stands, and how many commits have led there: `null` before the first. */
interface Stored extends StandingEntry {
  readonly commits: number | null
}

const SEQUENCE_MAX = 2 ** 48 - 1
