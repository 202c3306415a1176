import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { cross, InvalidFieldError, utf8 } from '@freshet/kernel'
import { syncDirectory, systemCode, type Disk } from './disk'
import { StorageFullError, VersionExistsError } from './errors'
import { MANIFEST_FILE, manifestText, type Manifest, type ManifestFile } from './manifest'

/** A file on its way into a version: its bytes in parts, so that none need hold it whole. */
export interface FileDraft {
  readonly name: string
  readonly parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** How the folders that are no versions begin. */
export const STAGING_PREFIX = '.writing-'

/** Where a version is made: beside the others, under a name that no reader looks at. */
export interface Staging {
  readonly version: string
  /** The folder of all versions. */
  readonly shelf: string
  readonly directory: string
  readonly disk: Disk
}

/** Makes the folder. Throws InvalidFieldError where the version's name would not be a plain folder's. */
export async function openStaging(disk: Disk, shelf: string, version: string): Promise<Staging> {
  assertPlainName('version', version)
  const directory = join(shelf, `${STAGING_PREFIX}${version}-${randomUUID()}`)
  await disk.mkdir(directory, { recursive: true })
  return { version, shelf, directory, disk }
}

/** Writes a file part by part and makes it durable. */
export async function stageFile({ disk, directory }: Staging, { name, parts }: FileDraft): Promise<ManifestFile> {
  assertPlainName('file', name)
  const hash = createHash('sha256')
  let bytes = 0
  const handle = await disk.open(join(directory, name), 'wx')
  try {
    for await (const part of parts) {
      await handle.writeFile(part)
      hash.update(part)
      bytes += part.length
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { name, bytes, sha256: hash.digest('hex') }
}

/** Writes the manifest, which comes last. */
export async function stageManifest(staging: Staging, manifest: Manifest): Promise<void> {
  cross('version-written')
  await stageFile(staging, { name: MANIFEST_FILE, parts: [utf8(manifestText(manifest))] })
}

/** Gives the folder its name: from one moment to the next, and durably, the version is there. */
export async function reveal({ disk, directory, shelf, version }: Staging): Promise<void> {
  await syncDirectory(disk, directory)
  await disk.rename(directory, join(shelf, version))
  cross('version-renamed')
  await syncDirectory(disk, shelf)
}

/** Runs what fills a staging folder; where that fails, the folder goes. Throws StorageFullError where there was no room. */
export async function withStaging<T>(staging: Staging, fill: () => Promise<T>): Promise<T> {
  try {
    return await fill()
  } catch (error) {
    await discard(staging)
    throw explain(staging, error)
  }
}

/** Removes the folder; what cannot be removed now is swept later. */
export async function discard({ disk, directory }: Staging): Promise<void> {
  await disk.rm(directory, { recursive: true, force: true }).catch(() => undefined)
}

/** A full disk as such, a name that another writer was faster to take as such; any other error as it is. */
export function explain({ version, shelf }: Staging, error: unknown): unknown {
  const code = systemCode(error) ?? ''
  if (['ENOSPC', 'EDQUOT'].includes(code)) return new StorageFullError(version, shelf)
  return ['ENOTEMPTY', 'EEXIST'].includes(code) ? new VersionExistsError(version) : error
}

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** Names become folders and files: nothing that leads elsewhere. */
export function assertPlainName(field: string, value: string): void {
  if (PLAIN_NAME.test(value)) return
  const rule = 'a name is 1 to 128 letters, digits, dots, dashes and underscores, the first of them a letter or a digit'
  throw new InvalidFieldError({ field, value, rule, remedy: 'choose another name' })
}
