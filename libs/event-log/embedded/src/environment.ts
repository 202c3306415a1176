import { open, type RootDatabase } from 'lmdb'
import { meaningOfNow } from './failures'

/**
 * Opens an LMDB environment in which whatever a reader sees is durable.
 *
 * Without overlapping sync, a commit flushes its pages, then writes its meta page through, and only then publishes its transaction
 * number in the lock file, from which every reader of every process starts (liblmdb: mdb_env_write_meta). Stale slots of dead readers are
 * cleared on opening, and by the write thread every ten minutes.
 */
export function openEnvironment(path: string): RootDatabase<Buffer, Buffer> {
  const layout = { noSubdir: false, encoding: 'binary', keyEncoding: 'binary', useVersions: true } as const
  try {
    return open({ path, ...layout, overlappingSync: false, maxReaders: READERS_MAX })
  } catch (failure) {
    throw meaningOfNow(failure, path)
  }
}

const READERS_MAX = 1024 // threads and processes that may read at once
