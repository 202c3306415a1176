import { randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CorruptError, FreshetError, PreconditionError } from '@freshet/kernel'
import { z } from 'zod'
import { parseJson } from '../config/parse-json'
import { systemCode } from '../errors/system-code'

/** What a data set was made with: fixed from then on. */
export type DataSet = z.output<typeof metaSchema>

/** What a process expects of the data set that it opens. */
export interface ExpectedDataSet {
  readonly name: string
  readonly partitions: number
  readonly dictionaryHash: string
  readonly dictionaryText: string
  /** The kind of log that offsets and versions belong to. */
  readonly log?: DataSet['log']
  /** The kind of store that holds its features. */
  readonly store?: DataSet['store']
}

/** The dictionary that an existing data set was made with, as text. */
export function dictionaryOf(directory: string): string | undefined {
  const file = join(directory, DICTIONARY_FILE)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** True where a data set was made. */
export const isDataSet = (directory: string): boolean => existsSync(join(directory, META_FILE))

/**
 * Opens a data set's directory, or makes it: complete or not at all, whatever number of processes try at once.
 *
 * throws  PreconditionError when it belongs to something else or cannot be written, SchemaError when it is newer,
 *         CorruptError when its meta.json is not what was written
 */
export function openDataDirectory(directory: string, expected: ExpectedDataSet): DataSet {
  if (!isDataSet(directory)) create(directory, expected)
  const found = readMeta(directory)
  agree(directory, found, expected)
  assertWritable(directory)
  return found
}

/** A data set of a later release. */
export class SchemaError extends FreshetError {
  override readonly name = 'SchemaError'
  readonly code = 'SCHEMA_MISMATCH'
  readonly retryable = false

  constructor(
    readonly directory: string,
    readonly schema: number,
  ) {
    super(
      `${directory} has schema ${schema}, and this release reads ${SCHEMA}; run the release that made it, or choose another by --data NAME`,
    )
  }
}

const SCHEMA = 1
const META_FILE = 'meta.json'
const DICTIONARY_FILE = 'dictionary.yaml'

const metaSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  name: z.string(),
  partitions: z.int().min(1),
  dictionaryHash: z.string(),
  log: z.enum(['embedded', 'kafka']).default('embedded'),
  /** Absent where an earlier release made it. */
  store: z.enum(['embedded', 'redis']).optional(),
  /** Names the log that lies in the directory: another one where it was made anew, or brought back from a backup. */
  generation: z.string().default(''),
})

/** A folder is filled under another name and then renamed: who comes second finds the first one's. */
function create(directory: string, { dictionaryText, ...expected }: ExpectedDataSet): void {
  const draft = `${directory}.new-${process.pid}`
  const { name, partitions, dictionaryHash, log = 'embedded', store = 'embedded' } = expected
  const meta: DataSet = { schema: SCHEMA, name, partitions, dictionaryHash, log, store, generation: randomUUID() }
  try {
    makeDirectories(dirname(directory))
    mkdirSync(draft)
    writeFileSync(join(draft, DICTIONARY_FILE), dictionaryText, { flush: true })
    writeFileSync(join(draft, META_FILE), `${JSON.stringify(meta, null, 2)}\n`, { flush: true })
    renameSync(draft, directory)
  } catch (error) {
    if (existsSync(draft)) rmSync(draft, { recursive: true })
    if (existsSync(join(directory, META_FILE))) return
    throw notOurs(directory, error)
  }
}

function readMeta(directory: string): DataSet {
  const file = join(directory, META_FILE)
  const text = readFileSync(file, 'utf8')
  const parsed = metaSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const newer = z.looseObject({ schema: z.int().min(SCHEMA + 1) }).safeParse(parseJson(text))
  if (newer.success) throw new SchemaError(directory, newer.data.schema)
  throw new CorruptError(
    file,
    'it is not the description of a data set',
    'restore it from a backup, or choose another data set by --data NAME',
  )
}

const LOG_OPTION = { embedded: '--log embedded', kafka: '--log kafka://host:port' } as const

function agree(directory: string, found: DataSet, expected: ExpectedDataSet): void {
  const otherwise = `choose another data set by --data NAME, or open ${found.name} as it is`
  if (found.dictionaryHash !== expected.dictionaryHash)
    throw new PreconditionError(
      `${directory} was made with feature dictionary ${found.dictionaryHash}, not ${expected.dictionaryHash}`,
      otherwise,
    )
  const log = expected.log ?? 'embedded'
  if (found.log !== log)
    throw new PreconditionError(
      `${directory} was made with the log of kind ${found.log}, not ${log}: its versions cite that log`,
      `name it: ${LOG_OPTION[found.log]} (or in freshet.yaml, or FRESHET_LOG), or choose another data set by --data NAME`,
    )
  assertStore(directory, found, expected.store ?? 'embedded')
  if (found.partitions !== expected.partitions)
    throw new PreconditionError(`${directory} was made with ${found.partitions} partitions, not ${expected.partitions}`, otherwise)
}

/** Who opened an empty store of another kind would back that up, or hold it against the log, and find nothing wrong with the one that counts. */
function assertStore(directory: string, { store = storeBefore(directory) }: DataSet, asked: DataSet['store']): void {
  if (store === undefined || store === asked) return
  const named = store === 'redis' ? '--store redis://host:port' : '--store embedded'
  throw new PreconditionError(
    `the features of ${directory} are in a store of kind ${store}, not ${asked}`,
    `name it: ${named} (or in freshet.yaml, or FRESHET_STORE); to change the kind for good, see docs/OPERATING.md, Another store`,
  )
}

/** Only what is not embedded is copied to snapshots. */
const storeBefore = (directory: string): DataSet['store'] => (existsSync(join(directory, 'snapshots')) ? 'redis' : undefined)

/** As `mkdir -p`. Node's own never comes back where a parent calls its missing child missing, as /proc does (node 20 to 22). */
function makeDirectories(directory: string): void {
  if (existsSync(directory)) return
  makeDirectories(dirname(directory))
  try {
    mkdirSync(directory)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

function notOurs(directory: string, error: unknown): PreconditionError {
  const code = systemCode(error) ?? String(error)
  if (code === 'ENOTEMPTY' || code === 'EEXIST')
    return new PreconditionError(
      `${directory} exists, but is no data set of Freshet (it has no ${META_FILE})`,
      'choose another by --data NAME',
    )
  const remedy = 'choose another place by the setting data (in the environment: FRESHET_DATA)'
  if (code === 'ENOTDIR') return new PreconditionError(`${fileAmong(directory)} is a file, not a directory`, remedy)
  return new PreconditionError(`${directory} cannot be written (${code})`, remedy)
}

/** Log and store take locks, whoever only reads included: better said here than by them. */
function assertWritable(directory: string): void {
  try {
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw notOurs(directory, error)
  }
}

/** What is in the way: the first of a path's parents that exists. */
const fileAmong = (path: string): string => (existsSync(path) || dirname(path) === path ? path : fileAmong(dirname(path)))
