import { ItemState } from '@freshet/contracts'
import { itemKey } from '@freshet/features'
import { type Clock, partitionOf } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { KnownItems } from './known-items'

/** What the items of a process stand on. */
export interface SharedItemsScope {
  readonly store: OnlineStore
  readonly partitions: number
  readonly clock: Clock
  /** How many states are kept at hand. */
  readonly itemsMax: number
}

interface Entry {
  state: ItemState | undefined
  readMs: number
  /** Not in the store yet. */
  unsaved: boolean
  /** The last batch that may rely on it. */
  batch: number
}

const FOREIGN_MS = 1000 // how old the state of another process's item may be

/**
 * The item states of all partitions that a process folds, in one place: the fold of a user's partition reads what the fold
 * of the item's partition has just changed. Items of partitions folded elsewhere are read again after a second.
 */
export class SharedItems {
  readonly known = new KnownItems()
  private readonly entries = new Map<string, Entry>()
  private readonly owned = new Set<number>()
  private readonly running = new Set<number>()
  private lastBatch = 0

  constructor(private readonly scope: SharedItemsScope) {}

  /** A batch begins: what it fetches, and what any fold changes meanwhile, stays at hand until it ends. */
  beginBatch(): number {
    this.running.add(++this.lastBatch)
    return this.lastBatch
  }

  /** A batch has ended: others may be let go for newer ones. */
  endBatch(batch: number): void {
    this.running.delete(batch)
    this.evict()
  }

  get(itemId: string): ItemState | undefined {
    return this.entries.get(itemId)?.state
  }

  /** Keeps a state that its partition's fold has changed. */
  save(itemId: string, state: ItemState): void {
    this.entries.set(itemId, { state, readMs: 0, unsaved: true, batch: this.lastBatch })
    this.known.set(itemId, state.known)
  }

  /** A commit has written these. */
  saved(itemIds: Iterable<string>): void {
    for (const id of itemIds) {
      const entry = this.entries.get(id)
      if (entry !== undefined) entry.unsaved = false
    }
  }

  /** A partition is folded here from now on, or not any more: what was cached of it is not to be trusted. */
  own(partition: number, owned: boolean): void {
    if (owned) this.owned.add(partition)
    else this.owned.delete(partition)
    for (const id of this.entries.keys()) if (partitionOf(id, this.scope.partitions) === partition) this.entries.delete(id)
  }

  /** Brings the states of items to hand for a batch, one round trip a partition. */
  async fetch(itemIds: Iterable<string>, batch: number): Promise<void> {
    const nowMs = this.scope.clock.monotonicMs()
    const wanted = new Map<number, string[]>()
    for (const id of new Set(itemIds)) {
      const partition = partitionOf(id, this.scope.partitions)
      const atHand = this.atHand(id, partition, nowMs)
      if (atHand !== undefined) atHand.batch = Math.max(atHand.batch, batch)
      else push(wanted, partition, id)
    }
    await Promise.all([...wanted].map(([partition, ids]) => this.read(ids, { partition, nowMs, batch })))
  }

  /** Takes a stored state in: while a partition is loaded, and to learn which items there are. */
  admit(itemId: string, value: Uint8Array): void {
    if (this.entries.get(itemId)?.unsaved) return
    const state = ItemState.decode(value)
    this.known.set(itemId, state.known)
    if (this.entries.size >= this.scope.itemsMax) return
    this.entries.set(itemId, { state, readMs: this.scope.clock.monotonicMs(), unsaved: false, batch: this.lastBatch })
  }

  private atHand(id: string, partition: number, nowMs: number): Entry | undefined {
    const entry = this.entries.get(id)
    return entry !== undefined && (this.owned.has(partition) || nowMs - entry.readMs < FOREIGN_MS) ? entry : undefined
  }

  private async read(ids: readonly string[], of: { partition: number; nowMs: number; batch: number }): Promise<void> {
    const values = await this.scope.store.read(of.partition, ids.map(itemKey))
    ids.forEach((id, i) => {
      const value = values[i]
      const meanwhile = this.atHand(id, of.partition, of.nowMs) // read by another batch, or even changed: newer than ours
      if (meanwhile !== undefined) meanwhile.batch = Math.max(meanwhile.batch, of.batch)
      else this.entries.set(id, { state: value && ItemState.decode(value), readMs: of.nowMs, unsaved: false, batch: of.batch })
    })
  }

  private evict(): void {
    if (this.entries.size <= this.scope.itemsMax) return
    const oldest = Math.min(...this.running, Infinity)
    for (const [id, { unsaved, batch }] of this.entries) {
      if (this.entries.size <= this.scope.itemsMax * KEPT) return
      if (!unsaved && batch < oldest) this.entries.delete(id)
    }
  }
}

function push(lists: Map<number, string[]>, at: number, id: string): void {
  const list = lists.get(at)
  if (list === undefined) lists.set(at, [id])
  else list.push(id)
}

const KEPT = 0.9
