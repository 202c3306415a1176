import { open, type RootDatabase } from 'lmdb'
import { meaningOfNow } from './failures'
import { READERS_MAX, reserveLockFile } from './lock-file'

/** An LMDB environment with one key space: bytes to bytes, and a number (lmdb-js: version) beside each value. */
export type Environment = RootDatabase<Buffer, Buffer>

/**
 * Opens the environment in the directory `path`, which any number of processes and threads may do, and in which whatever a reader sees
 * is durable.
 *
 * Without overlapping sync, a commit flushes its pages, then writes its meta page through, and only then publishes its transaction number
 * in the lock file, from which every reader of every process starts (liblmdb: mdb_env_write_meta; docs/adr/0005). Slots of dead readers
 * are cleared on opening, and by the write thread every ten minutes. Without batching by event turn, no commit has a promise that nobody
 * holds: the rejection of such a one would end the process when the disk is full.
 *
 * throws  DiskFullError, UnavailableError
 */
export function openEnvironment(path: string): Environment {
  const layout = { noSubdir: false, encoding: 'binary', keyEncoding: 'binary', useVersions: true, maxReaders: READERS_MAX } as const
  try {
    reserveLockFile(path)
    return open({ path, ...layout, overlappingSync: false, eventTurnBatching: false })
  } catch (failure) {
    throw meaningOfNow(failure, path)
  }
}
