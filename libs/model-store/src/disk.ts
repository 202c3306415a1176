import * as node from 'node:fs/promises'

/** What writing a version takes of a file system: handed in, so that a full disk or a lost process can be had in a test. */
export type Disk = Pick<typeof node, 'open' | 'mkdir' | 'rename' | 'rm'>

/** The machine's own. */
export const nodeDisk: Disk = node

/** Makes the names in a directory durable, as `fsync` on a file makes its bytes. */
export async function syncDirectory(disk: Disk, directory: string): Promise<void> {
  const handle = await disk.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The code of a system call's error, such as ENOSPC. */
export const systemCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined
