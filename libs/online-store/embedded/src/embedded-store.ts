import { join } from 'node:path'
import { meaningOf, openEnvironment, Room, slabBytes, type Environment } from '@freshet/event-log-embedded/lmdb'
import {
  assertKey,
  assertStands,
  assertStorePartition,
  decodeOutgoing,
  plain,
  sameStanding,
  START,
  type Commit,
  type OnlineStore,
  type OutboxEntry,
  type ScanOptions,
  type Sight,
  type Standing,
} from '@freshet/online-store'
import { decodeOutbox, decodeStanding, encodeOutbox, encodeStanding, outboxAfter, type StandingEntry } from './state-codec'
import { keyOfValue, outboxEntryKey, outboxKey, rangeOf, standingKey, valueKey } from './state-codec'

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
    look: async (partition, keys) => shelf.sight(checked(partition), keys),
    commit: async (partition, commit) => shelf.commit(checked(partition), commit),
    outbox: async (partition, limit) => shelf.outbox(checked(partition), limit),
    scan: async (partition, options) => shelf.scan(checked(partition), options),
    [Symbol.asyncDispose]: () => shelf.close(),
  }
}

/** All partitions, in one environment: commits that meet go to disk together, and readers map one file. */
class Shelf {
  private readonly database: Environment
  private readonly room: Room
  /** Of the partitions that were committed to here, where the last commit has left them. */
  private readonly latest = new Map<number, Stored>()

  constructor(private readonly path: string) {
    this.database = openEnvironment(path)
    this.room = new Room(this.database, path)
  }

  standing(partition: number): Stored {
    this.database.resetReadTxn()
    const entry = this.database.getEntry(standingKey(partition))
    if (!entry) return { positions: START, outboxFirst: 0, outboxNext: 0, commits: null }
    const standing = decodeStanding(entry.value)
    const isOld = standing.outboxFirst < standing.outboxNext && !this.database.doesExist(outboxKey(partition))
    return { ...standing, commits: entry.version ?? 0, isOld }
  }

  read(partition: number, keys: readonly string[], of?: Standing): (Uint8Array | undefined)[] {
    keys.forEach(assertKey)
    this.look(partition, of)
    return this.values(partition, keys)
  }

  /** One moment: nothing turns to another between the standing and the values. */
  sight(partition: number, keys: readonly string[]): Sight {
    keys.forEach(assertKey)
    return { at: this.standing(partition).positions, values: this.values(partition, keys) }
  }

  /** Compares the standing here, and lets LMDB apply the writes only if no commit has come between. */
  async commit(partition: number, commit: Commit): Promise<void> {
    for (const { key } of commit.puts) assertKey(key)
    const values = commit.puts.map(({ value }) => value && copyOf(value))
    const added = encodeOutbox(commit.outbox)
    const lengths = values.map((value) => value?.length ?? 0)
    for (;;) {
      const standing = this.compare(partition, commit)
      const first = Math.min(Math.max(standing.outboxFirst, commit.publishedBelow), standing.outboxNext)
      const next: StandingEntry = { positions: commit.next, outboxFirst: first, outboxNext: standing.outboxNext + commit.outbox.length }
      const outbox = this.outboxFrom(partition, standing, { first, added })
      const commits = (standing.commits ?? 0) + 1
      this.room.provide([...lengths, STANDING_BYTES, outbox.length], true)
      const apply = (): void => {
        commit.puts.forEach(({ key }, i) => this.write(valueKey(partition, key), values[i]))
        this.replaceOutbox(partition, standing, outbox)
        void this.database.put(standingKey(partition), encodeStanding(next), commits)
      }
      if (await this.provided(partition, standing.commits, apply)) return void this.latest.set(partition, { ...next, commits })
      this.latest.delete(partition)
    }
  }

  outbox(partition: number, limit: number): OutboxEntry[] {
    const standing = this.standing(partition)
    return decodeOutbox(this.held(partition, standing), standing.outboxFirst, limit)
  }

  scan(partition: number, { prefix, after, limit, of }: ScanOptions): { readonly key: string; readonly value: Uint8Array }[] {
    this.look(partition, of)
    const found = this.database.getRange({ ...rangeOf(partition, prefix, after), limit })
    return [...found].map(({ key, value }) => ({ key: keyOfValue(key), value: plain(value) }))
  }

  async close(): Promise<void> {
    this.room.close()
    await this.database.close()
  }

  private values(partition: number, keys: readonly string[]): (Uint8Array | undefined)[] {
    return keys.map((key) => {
      const value = this.database.get(valueKey(partition, key))
      return value && plain(value)
    })
  }

  /** Turns to the present moment; throws StalePositionError where the partition has to stand at `of` in it and does not. */
  private look(partition: number, of: Standing | undefined): void {
    if (of === undefined) this.database.resetReadTxn()
    else assertStands(partition, of, this.standing(partition).positions)
  }

  /**
   * How the partition stands; throws StalePositionError where that is not where the commit begins. Who committed last need not look: LMDB
   * applies nothing where somebody else has committed since.
   */
  private compare(partition: number, { expect }: Commit): Stored {
    const latest = this.latest.get(partition)
    if (latest !== undefined && sameStanding(expect, latest.positions)) return latest
    const standing = this.standing(partition)
    assertStands(partition, expect, standing.positions)
    return standing
  }

  /** What the outbox holds afterwards: without what lies below `first`, and with what is added. */
  private outboxFrom(partition: number, standing: StandingEntry, { first, added }: { first: number; added: Buffer }): Buffer {
    if (first === standing.outboxNext) return added // as a rule: each commit forgets what the one before it has put there
    this.database.resetReadTxn()
    return Buffer.concat([outboxAfter(this.held(partition, standing), first - standing.outboxFirst), added])
  }

  /** What the outbox holds; entries that lie one by one, as they did before, as well. */
  private held(partition: number, { outboxFirst: first, outboxNext: next }: StandingEntry): Buffer {
    const stored = first === next ? EMPTY : this.database.get(outboxKey(partition))
    if (stored !== undefined) return stored
    const range = { start: outboxEntryKey(partition, first), end: outboxEntryKey(partition, next) }
    return encodeOutbox([...this.database.getRange(range)].map(({ value }) => decodeOutgoing(0, value)))
  }

  private replaceOutbox(partition: number, { outboxFirst: first, outboxNext: next, isOld }: Stored, outbox: Buffer): void {
    if (outbox.length > 0) this.write(outboxKey(partition), outbox)
    else if (first < next) this.write(outboxKey(partition), null)
    for (let sequence = first; isOld && sequence < next; sequence++) this.write(outboxEntryKey(partition, sequence), null)
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
  /** Its outbox lies entry by entry, as it did before. */
  readonly isOld?: boolean
}

/** The bytes of the moment of writing. */
function copyOf(value: Uint8Array): Buffer {
  const copy = slabBytes(value.length)
  copy.set(value)
  return copy
}

const EMPTY = Buffer.alloc(0)
const STANDING_BYTES = 1024 // more than any has
