import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError, NotFoundError, PreconditionError } from '@freshet/kernel'
import { systemCode } from '../errors/system-code'
import { copyDurably, revealDirectory, writeDurably } from './durable-files'
import { BACKUP_FILE, parseBackup, type BackupManifest } from './manifest'

/** What is restored, and as what. */
export interface RestoreOptions {
  /** The folder of the backup. */
  readonly from: string
  /** The directory of all data sets. */
  readonly data: string
  /** Its name from now on; its own unless told otherwise. */
  readonly name?: string
  /** Told of each file before it is copied. */
  readonly onFile: (path: string, index: number, count: number) => void
}

/** A data set that was brought back. */
export interface Restored {
  readonly manifest: BackupManifest
  readonly directory: string
}

/**
 * Makes a data set of a backup: every file is held against its SHA-256 while it is copied, and the directory appears at once or not at all.
 * Its log has a generation of its own: a store outside the directory that has folded more of the log than there is now is made anew.
 *
 * throws  NotFoundError where there is no backup, CorruptError naming the file that is not what was copied, PreconditionError where a data
 *         set of this name is there already, DiskFullError
 */
export async function restore({ from, data, name, onFile }: RestoreOptions): Promise<Restored> {
  const manifest = await readBackup(from)
  const named = name ?? manifest.name
  assertName(manifest, named)
  const directory = join(data, named)
  await revealDirectory(directory, async (draft) => {
    for (const [index, { path, bytes, sha256 }] of manifest.files.entries()) {
      onFile(path, index, manifest.files.length)
      assertSame(join(from, path), { bytes, sha256 }, await copied(join(from, path), join(draft, path)))
    }
    await adapt(draft, { name: named, generation: randomUUID() })
  })
  return { manifest, directory }
}

const META_FILE = 'meta.json'

async function readBackup(from: string): Promise<BackupManifest> {
  const file = join(from, BACKUP_FILE)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? ''))
      throw new NotFoundError('backup', from, `name a folder that holds ${BACKUP_FILE}, as \`freshet backup\` makes it`)
    throw error
  })
  return parseBackup(file, text)
}

/** Topics and keys of servers are named after the data set. */
function assertName({ name, log, store }: BackupManifest, named: string): void {
  if (named === name || (log === 'embedded' && store === 'embedded')) return
  const rule = `this backup is of '${name}', whose log (${log}) or store (${store}) knows it by that name`
  throw new PreconditionError(rule, `restore it as --data ${name}`)
}

async function copied(from: string, to: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  return copyDurably(from, to).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') throw new CorruptError(from, 'it is missing', REMEDY)
    throw error
  })
}

function assertSame(file: string, expected: { bytes: number; sha256: string }, found: { bytes: number; sha256: string }): void {
  if (found.bytes !== expected.bytes) throw new CorruptError(file, `it has ${found.bytes} bytes, not ${expected.bytes}`, REMEDY)
  if (found.sha256 !== expected.sha256) throw new CorruptError(file, `its SHA-256 is ${found.sha256}, not ${expected.sha256}`, REMEDY)
}

/** What a restored data set says of itself, and its backup does not. */
async function adapt(draft: string, changes: { readonly name: string; readonly generation: string }): Promise<void> {
  const file = join(draft, META_FILE)
  const meta = JSON.parse(await readFile(file, 'utf8')) as object
  await rm(file)
  await writeDurably(file, `${JSON.stringify({ ...meta, ...changes }, null, 2)}\n`)
}

const REMEDY = 'use another backup; nothing was restored'
