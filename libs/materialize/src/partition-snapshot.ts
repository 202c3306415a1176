import type { Clock } from '@freshet/kernel'
import { type OnlineStore, type PositionVector, type Put, samePositions, type Standing } from '@freshet/online-store'
import type { SnapshotDraft, SnapshotShelf } from './snapshot-shelf'

/** What the snapshots of one partition are made of. */
export interface PartitionSnapshotScope {
  readonly store: OnlineStore
  readonly partition: number
  readonly shelf: SnapshotShelf
  readonly clock: Clock
  /** From one snapshot's end, or from the owner's start, to the beginning of the next. */
  readonly everyMs: number
  /** How many entries are copied between two batches: 250 unless told otherwise. */
  readonly pageKeys?: number
  /** Told when one has been sealed. */
  readonly onSealed?: () => Promise<void>
}

const PAGE = 250 // about a millisecond of a store's time between two batches

/**
 * Copies a partition's state to a shelf now and then, while its owner folds on: page by page between two commits, by the owner itself, so
 * that nothing changes under a page. What a commit changes of pages that are copied already is added, and the copy is sealed at the vector
 * of the last commit before its end, all of whose outgoing entries are in the log.
 */
export class PartitionSnapshot {
  private draft: SnapshotDraft | undefined
  private copiedTo: Buffer | undefined // the last key copied: keys up to it have to be kept up with
  private readonly changes = new Map<string, Put>()
  private sealed: PositionVector | undefined
  private dueMs: number

  constructor(private readonly scope: PartitionSnapshotScope) {
    this.dueMs = scope.clock.monotonicMs() + scope.everyMs
  }

  /** The owner has committed these and published what they caused. */
  note(puts: readonly Put[]): void {
    if (this.copiedTo === undefined) return
    for (const put of puts) if (Buffer.compare(Buffer.from(put.key), this.copiedTo) <= 0) this.changes.set(put.key, put)
  }

  /**
   * Copies the next page where a snapshot is under way, or due and not a copy of the last one; seals it at `standing`, the owner's, after
   * the last page. Only between two commits.
   *
   * returns  true while there is more to copy
   * throws   StalePositionError when the store no longer stands there
   */
  async copyOn(standing: Standing): Promise<boolean> {
    if (this.draft === undefined && !this.isDue(standing)) return false
    const { store, partition, shelf, pageKeys = PAGE } = this.scope
    this.draft ??= await shelf.begin(partition)
    await this.draft.write([...this.changes.values()])
    this.changes.clear()
    const page = await store.scan(partition, { prefix: '', after: this.copiedTo?.toString(), limit: pageKeys, of: standing })
    await this.draft.write(page)
    if (page.length === pageKeys) {
      this.copiedTo = Buffer.from(page[pageKeys - 1].key)
      return true
    }
    await this.draft.seal(standing)
    this.begun(standing)
    await this.scope.onSealed?.()
    return false
  }

  /** Gives up what is under way: the partition is somebody else's, or has to be loaded again. */
  async abandon(): Promise<void> {
    await this.draft?.discard()
    this.begun(this.sealed)
  }

  private isDue(positions: PositionVector): boolean {
    if (this.scope.clock.monotonicMs() < this.dueMs) return false
    return this.sealed === undefined || !samePositions(positions, this.sealed)
  }

  private begun(sealed: PositionVector | undefined): void {
    this.sealed = sealed
    this.draft = undefined
    this.copiedTo = undefined
    this.changes.clear()
    this.dueMs = this.scope.clock.monotonicMs() + this.scope.everyMs
  }
}
