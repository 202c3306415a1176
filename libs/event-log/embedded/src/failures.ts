import { isFreshetError, UnavailableError, type FreshetError } from '@freshet/kernel'
import { DiskFullError } from '@freshet/event-log'

const NO_SPACE_OF_LMDB = new Set([28, 122, 27, 5, -30792]) // ENOSPC, EDQUOT, EFBIG, EIO (how LMDB reports a short write), MDB_MAP_FULL
const NO_SPACE_OF_SYSTEM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** What a failed commit means to a caller; lmdb-js hands the reason over as a promise of its own. */
export async function meaningOf(failure: unknown, where: string): Promise<FreshetError> {
  if (!hasReason(failure)) return meaningOfNow(failure, where)
  return meaningOfNow(await failure.commitError.catch((reason: unknown) => reason), where)
}

/** What a failure of LMDB, or of the system below it, means to a caller. */
export function meaningOfNow(failure: unknown, where: string): FreshetError {
  if (isFreshetError(failure)) return failure
  const code = codeOf(failure)
  if (NO_SPACE_OF_LMDB.has(Number(code)) || NO_SPACE_OF_SYSTEM.has(String(code))) return new DiskFullError(where)
  return new UnavailableError(`the environment at ${where}`, `${String(failure)}; nothing of the request was taken, send it again`)
}

/** The code of a system's or an engine's error. */
export const codeOf = (failure: unknown): unknown =>
  typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined

const hasReason = (failure: unknown): failure is { readonly commitError: Promise<unknown> } =>
  typeof failure === 'object' && failure !== null && 'commitError' in failure
