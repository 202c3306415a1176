import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory, systemCode, type Disk } from './disk'
import type { Manifest } from './manifest'
import { STAGING_PREFIX } from './staging'

/** How the folders end that were versions, and are kept out of sight. */
export const ASIDE_SUFFIX = '.aside'
const REMOVAL_PREFIX = '.removing-'
const ABANDONED_MS = 3_600_000 // a writer that has not touched its files for an hour is gone

/** Removes a version: out of sight at once, then file by file, so that nobody meets half of it. */
export async function remove(disk: Disk, shelf: string, name: string): Promise<void> {
  const hidden = join(shelf, `${REMOVAL_PREFIX}${name}-${randomUUID()}`)
  await disk.rename(join(shelf, name), hidden).catch(unlessGone)
  await disk.rm(hidden, { recursive: true, force: true })
}

/** Takes a version out of sight under a name that says which it was, and keeps it: durably, from one moment to the next. */
export async function hide(disk: Disk, shelf: string, { name, digest }: Pick<Manifest, 'name' | 'digest'>): Promise<void> {
  const aside = join(shelf, `${name}-${digest.slice(0, DIGITS)}${ASIDE_SUFFIX}`)
  await disk.rename(join(shelf, name), aside).catch(async (error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) return unlessGone(error)
    await remove(disk, shelf, name) // the very same was set aside before
  })
  await syncDirectory(disk, shelf)
}

const DIGITS = 12

/** Removes what processes left when they died: removals that were under way, and writings that nobody goes on with. */
export async function sweep(disk: Disk, shelf: string, nowMs: number): Promise<void> {
  for (const name of await namesIn(shelf)) {
    const directory = join(shelf, name)
    const abandoned = name.startsWith(STAGING_PREFIX) && nowMs - (await lastTouchedMs(directory)) > ABANDONED_MS
    if (abandoned || name.startsWith(REMOVAL_PREFIX)) await disk.rm(directory, { recursive: true, force: true })
  }
}

async function lastTouchedMs(directory: string): Promise<number> {
  const paths = [directory, ...(await namesIn(directory)).map((name) => join(directory, name))]
  const times = await Promise.all(paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0))) // prettier-ignore
  return Math.max(...times)
}

/** Another process may have removed it first. */
function unlessGone(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error
}

/** Empty where the directory is not there, or not any more. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
