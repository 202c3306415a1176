import type { Commit, OnlineStore, OutboxEntry, ScanOptions, Standing } from './online-store'
import { assertKey, assertStands, assertStorePartition, START } from './rules'

/** How a store in memory is laid out. */
export interface MemoryStoreOptions {
  /** How many partitions, 8 unless told otherwise. */
  readonly partitions?: number
}

/** An online store that lives as long as the process: for evaluation in memory, and for tests of everything above the store. */
export function openMemoryStore({ partitions = 8 }: MemoryStoreOptions = {}): OnlineStore {
  const drawers = Array.from({ length: partitions }, (_, p) => new Drawer(p))
  const drawerOf = (partition: number): Drawer => {
    assertStorePartition(partition, partitions)
    return drawers[partition]
  }
  return {
    positions: async (partition) => drawerOf(partition).positions,
    read: async (partition, keys, of) => drawerOf(partition).read(keys, of),
    look: async (partition, keys) => ({ values: drawerOf(partition).read(keys), at: drawerOf(partition).positions }),
    commit: async (partition, commit) => drawerOf(partition).commit(commit),
    outbox: async (partition, limit) => drawerOf(partition).outgoing.slice(0, limit),
    scan: async (partition, options) => drawerOf(partition).scan(options),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The state of one partition. */
class Drawer {
  positions: Standing = START
  outgoing: readonly OutboxEntry[] = []
  private nextSequence = 0
  private readonly values = new Map<string, Uint8Array>()
  private sorted: readonly string[] | undefined // keys in the order of their bytes, made when somebody scans

  constructor(private readonly partition: number) {}

  read(keys: readonly string[], of?: Standing): (Uint8Array | undefined)[] {
    keys.forEach(assertKey)
    assertStands(this.partition, of, this.positions)
    return keys.map((key) => this.values.get(key))
  }

  commit({ expect, next, puts, outbox, publishedBelow }: Commit): void {
    for (const { key } of puts) assertKey(key)
    assertStands(this.partition, expect, this.positions)
    for (const { key, value } of puts) this.put(key, value)
    const added = outbox.map(({ to, key, value }) => ({ to, key, value: value.slice(), sequence: this.nextSequence++ }))
    this.outgoing = [...this.outgoing.filter(({ sequence }) => sequence >= publishedBelow), ...added]
    this.positions = { ...next }
  }

  scan({ prefix, after = '', limit, of }: ScanOptions): { readonly key: string; readonly value: Uint8Array }[] {
    assertStands(this.partition, of, this.positions)
    this.sorted ??= [...this.values.keys()].sort(byBytes)
    const page: { readonly key: string; readonly value: Uint8Array }[] = []
    for (const key of this.sorted) {
      if (page.length >= limit) break
      const value = this.values.get(key)
      if (value && key.startsWith(prefix) && byBytes(key, after) > 0) page.push({ key, value })
    }
    return page
  }

  private put(key: string, value: Uint8Array | null): void {
    if (value === null ? this.values.has(key) : !this.values.has(key)) this.sorted = undefined
    if (value === null) this.values.delete(key)
    else this.values.set(key, value.slice())
  }
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
