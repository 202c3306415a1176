import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from './disk'
import { damaged } from './errors'
import { MANIFEST_FILE, parseManifest, type Manifest } from './manifest'
import { assertPlainName } from './staging'
import { StoredVersion } from './stored-version'

/** What is known while one looks at many versions. */
export interface Survey {
  /** By name: those that have been opened. */
  readonly known?: Map<string, StoredVersion>
  /** The increments for whose sake this one is opened. */
  readonly above?: readonly string[]
}

/**
 * Opens a version folder, and those that it builds upon.
 * Throws CorruptError naming the first file of any of them that is missing, or of another size than it was written.
 */
export async function openVersion(shelf: string, name: string, { known = new Map(), above = [] }: Survey = {}): Promise<StoredVersion> {
  const found = known.get(name)
  if (found) return found
  const directory = join(shelf, name)
  const manifest = parseManifest(name, await orMissing(name, MANIFEST_FILE, readFile(join(directory, MANIFEST_FILE), 'utf8')))
  for (const file of manifest.files) {
    const { size } = await orMissing(name, file.name, stat(join(directory, file.name)))
    if (size !== file.bytes) throw damaged(name, file.name, `it has ${size} bytes, and ${file.bytes} were written`)
  }
  const parent = manifest.kind === 'increment' ? await openParent(shelf, manifest, { known, above: [...above, name] }) : undefined
  const version = new StoredVersion(directory, manifest, parent)
  known.set(name, version)
  return version
}

async function openParent(shelf: string, { name, parent, parentDigest }: Manifest, survey: Required<Survey>): Promise<StoredVersion> {
  assertPlainName('parent', parent)
  if (survey.above.includes(parent)) throw damaged(name, MANIFEST_FILE, `it builds upon '${parent}', which builds upon it`)
  const version = await openVersion(shelf, parent, survey)
  const { digest } = version.manifest
  if (digest === parentDigest) return version
  throw damaged(name, MANIFEST_FILE, `it builds upon a version '${parent}' of digest ${parentDigest}, and that one has ${digest}`)
}

/** By what versions contain of the journal; those that contain the same by step, then by when they were made. */
export const byAge = ({ manifest: a }: StoredVersion, { manifest: b }: StoredVersion): number =>
  a.journalOffset - b.journalOffset || a.step - b.step || a.createdMs - b.createdMs

async function orMissing<T>(version: string, file: string, access: Promise<T>): Promise<T> {
  try {
    return await access
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw damaged(version, file, 'it is missing')
    throw error
  }
}
