import { linkSync, mkdirSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { codeOf } from './failures'

/** The file of an environment in which its readers sign. */
export const LOCK_FILE = 'lock.mdb'

/** How many threads and processes may read an environment at once. */
export const READERS_MAX = 1024

/**
 * Sees that an environment's lock file has room on disk for all of its bytes, before anybody maps it.
 *
 * LMDB makes that file as one hole (liblmdb: mdb_env_setup_locks) and writes to it by memory: where the disk is full by then, the first touch of
 * a page ends the process with SIGBUS, be it that the environment is made late or that a reader is the first to sign on its page. So the file is
 * made here, of zeros, which LMDB takes for one that nobody has used yet; one that an earlier release has made gets what it lacks.
 *
 * throws  the system's error where there is no room; nothing is left behind then
 */
export function reserveLockFile(directory: string): void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, LOCK_FILE)
  if (!fillHoles(path)) make(path)
}

/**
 * Writes to each block of a file that has holes; false where there is no file. Readers' slots end with the file, each is a cache line, and its last
 * byte belongs to nobody (liblmdb: MDB_reader), so others may have the file in use meanwhile. The file stays open: the system would take closing
 * it for the end of all locks that this process has on it, those of LMDB included, and others would then give away its slots.
 */
function fillHoles(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return false
  const { size, blocks } = found
  if (blocks * BLOCK_BYTES >= size) return true
  const file = openSync(path, 'r+')
  const slotsAt = Math.max(0, size - READERS_MAX * SLOT_BYTES)
  for (let end = size; end > slotsAt; end -= BLOCK_BYTES) writeSync(file, ZEROS, 0, 1, end - 1)
  return true
}

/** Written whole under another name, and there at once: who comes second uses the first one's. */
function make(path: string): void {
  const draft = `${path}.new-${process.pid}-${threadId}`
  try {
    writeFileSync(draft, ZEROS) // with what the environment's first pages take, so that it is not begun where it cannot be
    truncateSync(draft, LOCK_BYTES)
    linkSync(draft, path)
  } catch (error) {
    if (!LEFT_TO_LMDB.has(String(codeOf(error)))) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

const BLOCK_BYTES = 512 // as the system counts them, and not more than any file system's
const SLOT_BYTES = 64
const LOCK_BYTES = READERS_MAX * SLOT_BYTES + 4096 // all slots, and what stands before them
const FIRST_PAGES_BYTES = 64 << 10
const ZEROS = Buffer.alloc(LOCK_BYTES + FIRST_PAGES_BYTES)
/** Another made it, or the file system knows no second names: then LMDB makes it. */
const LEFT_TO_LMDB = new Set(['EEXIST', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])
