import { mkdir } from 'node:fs/promises'
import { openEnvironment } from './environment'
import { meaningOfNow } from './failures'

/**
 * Copies the environment in the directory `from` as it is at one moment, while any number of processes go on writing to it, into a new
 * directory `to`. The copy is not flushed: whoever keeps it does that.
 *
 * throws  DiskFullError, UnavailableError
 */
export async function copyEnvironment(from: string, to: string): Promise<void> {
  const environment = openEnvironment(from)
  try {
    await mkdir(to, { recursive: true })
    await environment.backup(to, false)
  } catch (failure) {
    throw meaningOfNow(failure, to)
  } finally {
    await environment.close()
  }
}
