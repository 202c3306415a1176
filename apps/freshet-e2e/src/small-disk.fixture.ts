import { execFile } from 'node:child_process'
import { open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'

const run = promisify(execFile)

/** A place for data that is soon full. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Leaves so many bytes to the processes that write here, until {@link SmallDisk.free}. */
  fill(butBytes: number, pids: readonly number[]): Promise<void>
  free(pids: readonly number[]): Promise<void>
}

/** A file system of its own; where this user may mount none, as in most containers, one whose writers are held to a size of file. */
export async function openSmallDisk(bytes: number): Promise<SmallDisk> {
  const directory = await temporaryDirectory()
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory.path]).then(
    () => true,
    () => false,
  )
  return isMounted ? mounted(directory) : limited(directory)
}

function mounted(directory: TemporaryDirectory): SmallDisk {
  const { path } = directory
  const ballast = join(path, 'ballast')
  return {
    path,
    async fill(butBytes) {
      const { bavail, bsize } = await statfs(path)
      await using file = await open(ballast, 'w')
      const filling = file.writeFile(Buffer.alloc(Math.max(0, bavail * bsize - butBytes)))
      await filling.catch((error: unknown) => expect(error).toMatchObject({ code: 'ENOSPC' })) // others took room meanwhile: full is full
    },
    free: () => rm(ballast),
    async [Symbol.asyncDispose]() {
      await run('umount', [path])
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** A write beyond the limit fails as one on a full disk does: the engine sees it short, or refused. */
function limited(directory: TemporaryDirectory): SmallDisk {
  const { path } = directory
  const limit = async (bytes: number | 'unlimited', pids: readonly number[]): Promise<void> => {
    for (const pid of pids) await run('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`])
  }
  return {
    path,
    async fill(butBytes, pids) {
      const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
      const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
      await limit(Math.max(...sizes) + butBytes, pids)
    },
    free: (pids) => limit('unlimited', pids),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}
