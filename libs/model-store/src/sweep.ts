import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode, type Disk } from './disk'
import { STAGING_PREFIX } from './staging'

const REMOVAL_PREFIX = '.removing-'
const ABANDONED_MS = 3_600_000 // a writer that has not touched its files for an hour is gone

/** Removes a version: out of sight at once, then file by file, so that nobody meets half of it. */
export async function remove(disk: Disk, shelf: string, name: string): Promise<void> {
  const hidden = join(shelf, `${REMOVAL_PREFIX}${name}-${randomUUID()}`)
  await disk.rename(join(shelf, name), hidden).catch(unlessGone)
  await disk.rm(hidden, { recursive: true, force: true })
}

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
