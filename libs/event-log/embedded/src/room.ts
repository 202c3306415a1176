import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './environment'
import { meaningOfNow } from './failures'

/** The file of an environment that holds its pages. */
export const PAGES_FILE = 'data.mdb'

/**
 * Room in an environment's file for what a commit will write, taken before LMDB writes any of it.
 *
 * A write of LMDB's that finds no room is described by lmdb-js in a buffer that is too short for it (mdb.c: `last_error`, 100 bytes), which breaks the
 * process's heap, and ends it now or later. So no write of LMDB's may be refused: the file is made longer by zeros first, and
 * where that fails the commit is refused before it begins. Zeros are appended, so what another process writes meanwhile stays.
 *
 * cost    20 µs a commit, and 0.1 ms for each 256 KiB by which the file grows
 */
export class Room {
  private readonly file: number
  private isClosed = false

  constructor(
    private readonly database: Environment,
    private readonly path: string,
  ) {
    this.file = openSync(join(path, PAGES_FILE), 'a')
  }

  /**
   * Sees that values of so many bytes can be put, and entries removed; `isScattered` says that keys lie far from each other.
   *
   * throws  DiskFullError
   */
  provide(lengths: readonly number[], isScattered = false): void {
    const { lastPageNumber, pageSize } = this.database.getStats() as Extents
    const pathBytes = isScattered ? 2 * pageSize : 0
    const bytes = lengths.reduce((sum, length) => sum + bytesOf(length, pageSize) + pathBytes, 0)
    const needed = (lastPageNumber + 1) * pageSize + bytes + MARGIN_BYTES
    try {
      while (fstatSync(this.file).size < needed) writeSync(this.file, ZEROS) // a short write is what there was; the next one is refused
    } catch (failure) {
      throw meaningOfNow(failure, this.path)
    }
  }

  close(): void {
    if (!this.isClosed) closeSync(this.file)
    this.isClosed = true
  }
}

/** Of what lmdb-js says of an environment, how far its pages reach. */
interface Extents {
  readonly lastPageNumber: number
  readonly pageSize: number
}

/** What an entry may take at most: half of a page that was split, or pages of its own and, as was measured, one more. */
function bytesOf(length: number, pageSize: number): number {
  const stored = length + ENTRY_BYTES
  return stored < pageSize / 4 ? 2 * stored : (Math.ceil(stored / pageSize) + 1) * pageSize
}

const ENTRY_BYTES = 64 // key, number and node
const MARGIN_BYTES = 128 << 10 // paths from the root, lists of free pages, and what a second writer takes
const ZEROS = Buffer.alloc(256 << 10)
