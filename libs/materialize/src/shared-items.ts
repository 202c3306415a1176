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
  private reading = 0

  constructor(private readonly scope: SharedItemsScope) {}

  get(itemId: string): ItemState | undefined {
    return this.entries.get(itemId)?.state
  }

  /** Keeps a state that its partition's fold has changed. */
  save(itemId: string, state: ItemState): void {
    this.entries.set(itemId, { state, readMs: 0, unsaved: true })
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

  /** Brings the states of items to hand, one round trip a partition. */
  async fetch(itemIds: Iterable<string>): Promise<void> {
    const nowMs = this.scope.clock.monotonicMs()
    const wanted = new Map<number, string[]>()
    for (const id of new Set(itemIds)) {
      const partition = partitionOf(id, this.scope.partitions)
      if (this.isAtHand(id, partition, nowMs)) continue
      wanted.set(partition, [...(wanted.get(partition) ?? []), id])
    }
    this.reading++
    await Promise.all([...wanted].map(([partition, ids]) => this.read(partition, ids, nowMs)))
    this.reading--
    this.evict()
  }

  /** Takes a stored state in: while a partition is loaded, and to learn which items there are. */
  admit(itemId: string, value: Uint8Array): void {
    if (this.entries.get(itemId)?.unsaved) return
    const state = ItemState.decode(value)
    this.known.set(itemId, state.known)
    if (this.entries.size < this.scope.itemsMax) this.entries.set(itemId, { state, readMs: this.scope.clock.monotonicMs(), unsaved: false })
  }

  private isAtHand(id: string, partition: number, nowMs: number): boolean {
    const entry = this.entries.get(id)
    return entry !== undefined && (this.owned.has(partition) || nowMs - entry.readMs < FOREIGN_MS)
  }

  private async read(partition: number, ids: readonly string[], nowMs: number): Promise<void> {
    const values = await this.scope.store.read(partition, ids.map(itemKey))
    ids.forEach((id, i) => {
      const changedMeanwhile = this.isAtHand(id, partition, nowMs)
      const value = values[i]
      if (!changedMeanwhile) this.entries.set(id, { state: value && ItemState.decode(value), readMs: nowMs, unsaved: false })
    })
  }

  /** Only while nobody reads: a state read before a change must not come back after the change was written and let go. */
  private evict(): void {
    if (this.reading > 0 || this.entries.size <= this.scope.itemsMax) return
    for (const [id, { unsaved }] of this.entries) {
      if (this.entries.size <= this.scope.itemsMax * KEPT) return
      if (!unsaved) this.entries.delete(id)
    }
  }
}

const KEPT = 0.9
