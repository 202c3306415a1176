import type { RecordMark, JournalState } from '@freshet/follow'
import type { LoadedVersion } from './serving-model'

/** A version, and where in the journal it stands. */
export interface PlacedVersion extends LoadedVersion {
  /** The first journal record that it does not contain. */
  readonly journalOffset: number
  /** The record before that; versions of earlier releases do not say. */
  readonly journalMark?: RecordMark | null
  /** The fold of all records before it. */
  readonly journal: JournalState
}

/** What is known of a version before it is loaded. */
export interface VersionName {
  readonly name: string
  readonly step: number
  /** Tells a version from one that was put in its place under the same name. */
  readonly createdMs?: number
}

/** Versions at rest, as a ranker needs them. */
export interface VersionSource {
  /** The kept versions that are whole, oldest first. */
  list(): Promise<readonly VersionName[]>
  /** Throws NotFoundError, or CorruptError naming the file. */
  load(name: string): Promise<PlacedVersion>
}
