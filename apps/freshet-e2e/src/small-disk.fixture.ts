import { execFile } from 'node:child_process'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@freshet/testing'

const run = promisify(execFile)

/** A file system of its own that is soon full. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  freeBytes(): Promise<number>
  /** Takes all but so many bytes away, until {@link SmallDisk.free}. */
  fill(butBytes: number): Promise<void>
  free(): Promise<void>
}

/** Mounts a file system in memory; undefined where this user may not mount anything. */
export async function openSmallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const directory = await temporaryDirectory()
  const { path } = directory
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  } catch {
    await directory[Symbol.asyncDispose]()
    return undefined
  }
  const ballast = join(path, 'ballast')
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  }
  return {
    path,
    freeBytes,
    async fill(butBytes) {
      await using file = await open(ballast, 'w')
      await file.writeFile(Buffer.alloc(Math.max(0, (await freeBytes()) - butBytes)))
    },
    free: () => rm(ballast),
    async [Symbol.asyncDispose]() {
      await run('umount', [path])
      await directory[Symbol.asyncDispose]()
    },
  }
}
