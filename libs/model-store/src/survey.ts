import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from './disk'
import { damaged } from './errors'
import { MANIFEST_FILE, parseManifest } from './manifest'
import { StoredVersion } from './stored-version'

/** Opens a version folder. Throws CorruptError naming the first file that is missing, or of another size than it was written. */
export async function openVersion(shelf: string, name: string): Promise<StoredVersion> {
  const directory = join(shelf, name)
  const manifest = parseManifest(name, await orMissing(name, MANIFEST_FILE, readFile(join(directory, MANIFEST_FILE), 'utf8')))
  for (const file of manifest.files) {
    const { size } = await orMissing(name, file.name, stat(join(directory, file.name)))
    if (size !== file.bytes) throw damaged(name, file.name, `it has ${size} bytes, and ${file.bytes} were written`)
  }
  return new StoredVersion(directory, manifest)
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
