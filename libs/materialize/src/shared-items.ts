import { ItemState } from '@freshet/contracts'
import { itemKey } from '@freshet/features'
import { type Clock, partitionOf } from '@freshet/kernel'
import { type OnlineStore, sameStanding, type Standing } from '@freshet/online-store'
import { KnownItems } from './known-items'
import { RESTORING_KEY } from './restore-partition'
import { SeenCatalogues } from './seen-catalogues'

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
  /** Of the partition, when the state was asked for; {@link UNSURE} where it need not be of that partition's owner here. */
  readonly tenure: number
}

const FOREIGN_MS = 1000 // how old the state of another process's item may be
const UNSURE = -1 // no tenure: good for the batch that asked, to be asked for again by any other

/**
 * The item states of all partitions that a process folds, in one place: the fold of a user's partition reads what the fold
 * of the item's partition has just changed. Items of partitions folded elsewhere are read again after a second.
 */
export class SharedItems {
  readonly known = new KnownItems()
  readonly catalogues = new SeenCatalogues()
  private readonly entries = new Map<string, Entry>()
  /** Where the partitions stand that are folded here. */
  private readonly standings = new Map<number, Standing>()
  private readonly tenures = new Map<number, number>()
  /** The batches under way, with the partition of each. */
  private readonly running = new Map<number, number>()
  private lastBatch = 0

  constructor(private readonly scope: SharedItemsScope) {}

  /** A batch of a partition begins: what it fetches, and what any fold changes meanwhile, stays at hand until it ends. */
  beginBatch(partition: number): number {
    this.running.set(++this.lastBatch, partition)
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
    const tenure = this.tenureOf(partitionOf(itemId, this.scope.partitions))
    this.entries.set(itemId, { state, readMs: 0, unsaved: true, batch: this.lastBatch, tenure })
    this.known.set(itemId, state.known)
  }

  /** A commit has written these. */
  saved(itemIds: Iterable<string>): void {
    for (const id of itemIds) {
      const entry = this.entries.get(id)
      if (entry !== undefined) entry.unsaved = false
    }
  }

  /**
   * A partition is folded here from where it stands, or not any more: a tenure ends. What was asked for during it is not to be trusted, answers
   * on their way included, for another owner may have written since; batches that run keep what they fetched.
   */
  own(partition: number, from: Standing | undefined): void {
    if (from !== undefined) this.standings.set(partition, from)
    else this.standings.delete(partition)
    this.tenures.set(partition, this.tenureOf(partition) + 1)
    const oldest = this.oldestRunning
    for (const [id, entry] of this.entries) {
      if (partitionOf(id, this.scope.partitions) !== partition) continue
      entry.unsaved = false
      if (entry.batch < oldest) this.entries.delete(id)
    }
  }

  /** A commit of this process has brought a partition there. */
  stands(partition: number, at: Standing): void {
    this.standings.set(partition, at)
    this.catalogues.lackOf({ partition, at, isRestoring: false })
  }

  /** Sees how far a partition is with its catalogue, whoever folds it; returns what it lacks, as {@link SeenCatalogues.lackOf}. */
  async see(partition: number, end = 0): Promise<string | undefined> {
    const { at, values } = await this.scope.store.look(partition, [RESTORING_KEY])
    return this.catalogues.lackOf({ partition, at, isRestoring: values[0] !== undefined }, end)
  }

  /** Counts how often a partition was taken over or let go here. */
  tenureOf(partition: number): number {
    return this.tenures.get(partition) ?? 0
  }

  /**
   * Brings the states of items to hand for a batch, one round trip a partition.
   *
   * throws  StalePositionError when the batch's own partition does not stand where its fold is: what it changes has to be of there;
   *         UnavailableError when another one lacks of its catalogue what it was seen with
   */
  async fetch(itemIds: Iterable<string>, batch: number): Promise<void> {
    const nowMs = this.scope.clock.monotonicMs()
    const wanted = new Map<number, string[]>()
    for (const id of new Set(itemIds)) {
      const partition = partitionOf(id, this.scope.partitions)
      this.assertWholeHere(partition, batch)
      const atHand = this.atHand(id, partition, nowMs)
      if (atHand !== undefined) atHand.batch = Math.max(atHand.batch, batch)
      else push(wanted, partition, id)
    }
    await Promise.all([...wanted].map(([partition, ids]) => this.read(ids, { partition, nowMs, batch })))
  }

  /** Takes in a stored state, unless the tenure it was asked for in has ended: while a partition is loaded, and to learn which items there are. */
  admit(itemId: string, value: Uint8Array, tenure: number): void {
    if (tenure !== this.tenureOf(partitionOf(itemId, this.scope.partitions)) || this.entries.get(itemId)?.unsaved) return
    const state = ItemState.decode(value)
    this.known.set(itemId, state.known)
    if (this.entries.size >= this.scope.itemsMax) return
    this.entries.set(itemId, { state, readMs: this.scope.clock.monotonicMs(), unsaved: false, batch: this.lastBatch, tenure })
  }

  private atHand(id: string, partition: number, nowMs: number): Entry | undefined {
    const entry = this.entries.get(id)
    if (entry?.tenure !== this.tenureOf(partition)) return undefined
    if (this.standings.has(partition)) return entry
    return entry.state !== undefined && nowMs - entry.readMs < FOREIGN_MS ? entry : undefined // what was unknown may be of a store that is being made anew
  }

  private async read(ids: readonly string[], of: { partition: number; nowMs: number; batch: number }): Promise<void> {
    const { values, tenure } = await this.valuesOf(ids, of)
    if (!this.running.has(of.batch)) return // the batch has failed: nothing keeps what was changed since from being let go
    ids.forEach((id, i) => {
      const value = values[i]
      const meanwhile = this.atHand(id, of.partition, of.nowMs) // read by another batch, or even changed: newer than ours
      const batch = Math.max(of.batch, this.entries.get(id)?.batch ?? 0)
      if (meanwhile !== undefined) meanwhile.batch = batch
      else this.entries.set(id, { state: value && ItemState.decode(value), readMs: of.nowMs, unsaved: false, batch, tenure })
    })
  }

  /** The stored states. Those of another fold of this process may be of its next commit, or of a commit that is not its own. */
  private async valuesOf(ids: readonly string[], { partition, batch }: { partition: number; batch: number }) {
    const tenure = this.tenureOf(partition)
    const [keys, from, { store }] = [ids.map(itemKey), this.standings.get(partition), this.scope]
    if (this.running.get(batch) === partition) return { values: await store.read(partition, keys, from), tenure }
    const { at, values } = await store.look(partition, [RESTORING_KEY, ...keys])
    this.catalogues.assertWhole({ partition, at, isRestoring: values[0] !== undefined })
    return { values: values.slice(1), tenure: from === undefined || sameStanding(from, at) ? tenure : UNSURE }
  }

  /** A partition that is folded here may have begun anew, and know no item yet: what is at hand of it would be as little. */
  private assertWholeHere(partition: number, batch: number): void {
    const at = this.standings.get(partition)
    if (at !== undefined && this.running.get(batch) !== partition) this.catalogues.assertWhole({ partition, at, isRestoring: false })
  }

  /** What this batch relies on, or a later one, is not let go. */
  private get oldestRunning(): number {
    return Math.min(...this.running.keys(), Infinity)
  }

  private evict(): void {
    if (this.entries.size <= this.scope.itemsMax) return
    const oldest = this.oldestRunning
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
