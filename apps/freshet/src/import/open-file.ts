import { accessSync, constants, createReadStream, statSync, type ReadStream } from 'node:fs'
import { NotFoundError, PreconditionError } from '@freshet/kernel'

/**
 * Opens a file to be read from its beginning.
 *
 * throws  NotFoundError where there is none, PreconditionError where it is a folder or may not be read
 */
export function openFile(path: string, remedy: string): ReadStream {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new NotFoundError('file', path, remedy)
  if (!found.isFile()) throw new PreconditionError(`${path} is no file`, remedy)
  try {
    accessSync(path, constants.R_OK)
  } catch {
    throw new PreconditionError(`${path} may not be read`, 'let this user read it')
  }
  return createReadStream(path)
}
