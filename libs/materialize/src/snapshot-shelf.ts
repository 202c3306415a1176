import { NotFoundError } from '@freshet/kernel'
import type { PositionVector, Put } from '@freshet/online-store'

/** Where snapshots of partitions lie: files of the data directory, say. */
export interface SnapshotShelf {
  /** Begins a snapshot; nobody sees it before it is sealed. */
  begin(partition: number): Promise<SnapshotDraft>
  /** The latest sealed snapshot whose bytes are whole. */
  newest(partition: number): Promise<StoredSnapshot | undefined>
  /** Where the sealed snapshots stand that are kept, the latest first. */
  kept(partition: number): Promise<readonly PositionVector[]>
  /** Takes a sealed snapshot out that is of another log, and deletes nothing: that log may be brought back. */
  setAside(partition: number, positions: PositionVector): Promise<void>
}

/** A snapshot being written. */
export interface SnapshotDraft {
  /** Adds entries; a later one of a key replaces an earlier one, and `null` takes it out. */
  write(entries: readonly Put[]): Promise<void>
  /** Makes it durable as the state at `positions`. Two are kept, so that one may be damaged. */
  seal(positions: PositionVector): Promise<void>
  discard(): Promise<void>
}

/** A snapshot at rest. */
export interface StoredSnapshot {
  /** How far of each source topic it contains. */
  readonly positions: PositionVector
  /** What was written, in order, in batches of a commit's size. */
  entries(): AsyncIterable<readonly Put[]>
}

/** For partitions that are brought back by the log alone. */
export const NO_SNAPSHOTS: SnapshotShelf = {
  begin: (partition) =>
    Promise.reject(new NotFoundError('a shelf for snapshots of partition', String(partition), 'open one by openSnapshotFiles')),
  newest: () => Promise.resolve(undefined),
  kept: () => Promise.resolve([]),
  setAside: () => Promise.resolve(),
}
