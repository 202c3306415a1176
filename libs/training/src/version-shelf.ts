import { NotFoundError } from '@freshet/kernel'

/** Arrays by name, as one file of a version holds them. */
export type Tensors = Readonly<Record<string, Float32Array | Float64Array | Uint32Array | Uint8Array>>

/** A version's contents, by file name: tensors, texts, and bytes such as serving graphs. */
export interface VersionContents {
  readonly tensors: Readonly<Record<string, Tensors>>
  readonly documents: Readonly<Record<string, string>>
  readonly blobs: Readonly<Record<string, Uint8Array>>
}

/** What a version says of itself. */
export interface VersionFacts {
  readonly name: string
  readonly dictionaryHash: string
  readonly epoch: number
  readonly owner: string
  /** The first journal record that the version does not contain. */
  readonly journalOffset: number
  readonly positions: readonly number[]
  readonly contains: readonly number[]
  readonly step: number
  /** 16 hexadecimal digits. */
  readonly chain: string
  /** SHA-256 of the full state. */
  readonly digest: string
  readonly parent: string
  readonly createdMs: number
  /** What must be equal for a replay to give equal bits. */
  readonly pins: Readonly<Record<string, string>>
  /** The model declaration, canonical JSON. */
  readonly model: string
}

/** Versions at rest, as a trainer needs them: a few verbs over whatever keeps them. */
export interface VersionShelf {
  /** Writes under a temporary name, flushes, and renames: it is there whole, or not at all. */
  save(facts: VersionFacts, contents: VersionContents): Promise<void>
  /** The kept versions that are whole, oldest first. */
  list(): Promise<readonly VersionFacts[]>
  /** The contents of a version, checked. Throws NotFoundError, or CorruptError naming the file. */
  load(name: string): Promise<{ readonly facts: VersionFacts; readonly contents: VersionContents }>
  /** Those that are not whole, and why. */
  damaged(): Promise<readonly SkippedVersion[]>
  /** Removes all but the newest `keep`, and all but the one that rankers were turned to (`serving`). */
  prune(keep: number, serving?: string): Promise<void>
}

/** A version that cannot be opened. */
export interface SkippedVersion {
  readonly version: string
  readonly reason: string
}

/** Without a version, a line begins at the genesis record. */
export const EMPTY_SHELF: VersionShelf = {
  save: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  load: (name) => Promise.reject(new NotFoundError('version', name, 'this shelf has none')),
  damaged: () => Promise.resolve([]),
  prune: () => Promise.resolve(),
}
