import type { NamedBytes, TableEntry } from '@freshet/embedding'
import { NotFoundError } from '@freshet/kernel'
import type { LogMarks } from './log-marks'

/** Arrays by name, as one file of a version holds them. */
export type Tensors = Readonly<Record<string, Float32Array | Float64Array | Uint32Array | Uint8Array>>

/** The file of a version that holds the table, or, of an increment, the rows of it that were touched. */
export const TABLE_FILE = 'table.safetensors'

/** A version's contents but for its table, by file name: tensors, texts, and bytes such as serving graphs. */
export interface SmallContents {
  readonly tensors: Readonly<Record<string, Tensors>>
  readonly documents: Readonly<Record<string, string>>
  readonly blobs: Readonly<Record<string, Uint8Array>>
}

/** What a shelf gives back: of an increment, the table's parts are those of the full version, then those of each increment up to it. */
export interface VersionContents extends SmallContents {
  readonly table: AsyncIterable<NamedBytes> | Iterable<NamedBytes>
}

/** What a shelf is given. The table's bytes come slice by slice, once, while training goes on: they are asked for one after the other. */
export interface VersionDraft extends SmallContents {
  readonly table: {
    readonly entries: readonly TableEntry[]
    /** The contents of the entries, in their order. */
    readonly bytes: () => AsyncIterable<Uint8Array>
  }
  /** SHA-256 of the full state; known once the table's bytes have been read to their end. */
  readonly digest: () => string
}

/** A version in memory: what a draft says, taken to its end. */
export interface HeldVersion {
  readonly contents: SmallContents & { readonly table: readonly NamedBytes[] }
  readonly digest: string
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
  /** The version before, empty for the first. */
  readonly parent: string
  /** `full`: it stands for itself. `increment`: what has changed since its parent. */
  readonly kind: 'full' | 'increment'
  /** The digest of the parent that an increment builds upon; empty where it is full. */
  readonly parentDigest: string
  readonly createdMs: number
  /** What must be equal for a replay to give equal bits. */
  readonly pins: Readonly<Record<string, string>>
  /** The model declaration, canonical JSON. */
  readonly model: string
  /** The last records that it was made of; versions of earlier releases do not say. */
  readonly lastRead?: LogMarks
}

/** What is known of a version before its table has been read. */
export type DraftFacts = Omit<VersionFacts, 'digest'>

/** Versions at rest, as a trainer needs them: a few verbs over whatever keeps them. */
export interface VersionShelf {
  /** Writes under a temporary name, flushes, and renames: it is there whole, or not at all. */
  save(facts: DraftFacts, draft: VersionDraft): Promise<void>
  /** The kept versions that are whole, and those too that they build upon; oldest first. */
  list(): Promise<readonly VersionFacts[]>
  /** The contents of a version, checked. Throws NotFoundError, or CorruptError naming the file. */
  load(name: string): Promise<{ readonly facts: VersionFacts; readonly contents: VersionContents }>
  /** Those that are not whole, and why. */
  damaged(): Promise<readonly SkippedVersion[]>
  /** Takes a version out of sight, and keeps it: it is of another log. Nothing happens where somebody else has done so. */
  setAside(name: string): Promise<void>
  /** Removes all but the newest `keep` full ones and their increments, and all but the one that rankers were turned to (`serving`). */
  prune(keep: number, serving?: string): Promise<void>
}

/** A version that cannot be opened. */
export interface SkippedVersion {
  readonly version: string
  readonly reason: string
}

/** Takes a draft into memory: for shelves that keep versions there. */
export async function holdVersion({ tensors, documents, blobs, table, digest }: VersionDraft): Promise<HeldVersion> {
  const slices: Uint8Array[] = []
  for await (const slice of table.bytes()) slices.push(slice)
  const bytes = Buffer.concat(slices)
  let at = 0
  const parts = table.entries.map(({ name, dtype, shape }): NamedBytes => {
    const length = shape.reduce((product, count) => product * count, dtype === 'U8' ? 1 : 4)
    return { name, bytes: bytes.subarray(at, (at += length)) }
  })
  return { contents: { tensors: structuredClone(tensors), documents, blobs, table: parts }, digest: digest() }
}

/** Without a version, a line begins at the genesis record. */
export const EMPTY_SHELF: VersionShelf = {
  save: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  load: (name) => Promise.reject(new NotFoundError('version', name, 'this shelf has none')),
  damaged: () => Promise.resolve([]),
  setAside: () => Promise.resolve(),
  prune: () => Promise.resolve(),
}
