import { createHash } from 'node:crypto'
import { damaged } from './errors'

/** The file that makes a folder a version. */
export const MANIFEST_FILE = 'manifest.json'
/** What this code writes, and the only schema that it reads. */
export const MANIFEST_SCHEMA = 3

/** One file of a version, as it was written. */
export interface ManifestFile {
  readonly name: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** A record of a log, by its place and what it held. */
export interface ManifestRecord {
  readonly offset: number
  /** Of its value, 16 hexadecimal digits. */
  readonly checksum: string
}

/** The last records that a state was made of: by them one tells whether a log is the one that it was made of. */
export interface ManifestMarks {
  /** null before the first. */
  readonly journal: ManifestRecord | null
  /** By partition. */
  readonly examples: readonly (ManifestRecord | null)[]
}

/** Whether a version stands for itself. */
export type VersionKind = 'full' | 'increment'

/** What a version says about itself: enough to know whether it fits, before anything large is read. */
export interface Manifest {
  readonly schema: typeof MANIFEST_SCHEMA
  readonly name: string
  readonly dictionaryHash: string
  /** What must be equal for a replay to give equal bits. */
  readonly pins: Readonly<Record<string, string>>
  readonly epoch: number
  readonly owner: string
  /** The first journal record that the state does not contain. */
  readonly journalOffset: number
  /** By partition: the next example. */
  readonly positions: readonly number[]
  /** By partition: the greatest source offset that was learned, -1 before the first. */
  readonly contains: readonly number[]
  readonly step: number
  /** 16 hexadecimal digits. */
  readonly chain: string
  /** SHA-256 of the full state, hexadecimal. */
  readonly digest: string
  /** The version before, empty for the first. An increment builds upon it. */
  readonly parent: string
  /** `full`: it needs no other. `increment`: what has changed since its parent; other files are the parent's. */
  readonly kind: VersionKind
  /** The digest of the parent that an increment was made for, so that it is never laid upon another one; empty where it is full. */
  readonly parentDigest: string
  readonly createdMs: number
  readonly files: readonly ManifestFile[]
  /** The model declaration, canonical JSON. */
  readonly model: string
  /** Absent where nothing had been read. */
  readonly lastRead?: ManifestMarks
}

/** What a writer says; the store adds the rest. A version is full unless it says otherwise. */
export type ManifestDraft = Omit<Manifest, 'schema' | 'files' | 'createdMs' | keyof typeof FULL> & Partial<typeof FULL>

/** What a version that stands for itself says, and those of before there were increments do not. */
export const FULL: Readonly<Pick<Manifest, 'kind' | 'parentDigest'>> = { kind: 'full', parentDigest: '' }

/** The bytes of a manifest: JSON that people read, too, with the digest of all that it says. */
export const manifestText = (manifest: Manifest): string => `${JSON.stringify({ ...manifest, sha256: sealOf(manifest) }, null, 2)}\n`

/** Reads a manifest. Throws CorruptError naming the field where it is none, or where a bit of it is not what was written. */
export function parseManifest(version: string, text: string): Manifest {
  const { sha256, ...said } = parseObject(version, text)
  const fields: Record<string, unknown> = { ...FULL, ...said }
  if (fields.schema !== MANIFEST_SCHEMA) throw broken(version, `schema is ${String(fields.schema)}, and this code reads ${MANIFEST_SCHEMA}`)
  if (sha256 !== sealOf(said)) throw broken(version, 'it is not what was written: its own digest is another')
  for (const [field, fits] of Object.entries(shape)) {
    if (!fits(fields[field])) throw broken(version, `field '${field}' is missing or of the wrong type`)
  }
  if (fields.name !== version) throw broken(version, `it belongs to version '${String(fields.name)}'`)
  return fields as unknown as Manifest
}

/** Of the values in their order, whatever stands between them. */
const sealOf = (manifest: object): string => createHash('sha256').update(JSON.stringify(manifest)).digest('hex')

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isWhole: Check = (value) => Number.isSafeInteger(value)
const isListOf =
  (fits: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(fits)
const isRecord: Check = (value) => value === null || (isObject(value) && isWhole(value.offset) && isText(value.checksum))
const isMarks: Check = (value) => isObject(value) && isRecord(value.journal) && isListOf(isRecord)(value.examples)
const isFile: Check = (value) => isObject(value) && isText(value.name) && isWhole(value.bytes) && isText(value.sha256)

const shape: Readonly<Record<Exclude<keyof Manifest, 'schema'>, Check>> = {
  lastRead: (value) => value === undefined || isMarks(value),
  ...{ name: isText, dictionaryHash: isText, owner: isText, chain: isText, digest: isText, parent: isText, model: isText },
  ...{ parentDigest: isText, kind: (value) => value === 'full' || value === 'increment' },
  ...{ epoch: isWhole, journalOffset: isWhole, step: isWhole, createdMs: isWhole },
  ...{ positions: isListOf(isWhole), contains: isListOf(isWhole), files: isListOf(isFile) },
  pins: (value) => isObject(value) && Object.values(value).every(isText),
}

function parseObject(version: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // said below, for both
  }
  throw broken(version, 'it is no JSON object')
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const broken = (version: string, reason: string): Error => damaged(version, MANIFEST_FILE, reason)
