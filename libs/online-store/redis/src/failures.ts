import { DiskFullError } from '@freshet/event-log'
import { isFreshetError, PreconditionError, tlsRemedyOf, UnavailableError, type FreshetError } from '@freshet/kernel'

/** What a failure of Redis, or of the way to it, means to the caller. `where` is an address without credentials. */
export function meaningOf(failure: unknown, where: string): FreshetError {
  if (isFreshetError(failure)) return failure
  const words = wordsOf(failure)
  const kind = kindOf(words)
  const room = ROOMS[kind]
  if (room !== undefined) return new DiskFullError(`${where} (${room})`)
  const tlsRemedy = tlsRemedyOf(failure)
  if (tlsRemedy !== undefined) return new PreconditionError(`no TLS connection to ${where}: ${words}`, tlsRemedy)
  const remedy = REFUSALS[kind]
  if (remedy !== undefined) return new PreconditionError(`${where} refuses: ${words}`, remedy)
  return unavailable(where, words)
}

/**
 * The code that an answer begins with. Before Redis 7 an error within a script comes as `ERR Error running script (call to f_…): @user_script:1: -OOM …`:
 * its own code then stands behind the dash, where it has one.
 */
export function kindOf(words: string): string {
  const within = /^ERR Error running script .*?: -?([A-Z]+) /s.exec(words)?.[1]
  if (within !== undefined) return within
  if (PASSING.test(words)) return ''
  return /^[A-Z]+/.exec(words)?.[0] ?? ''
}

/** What of `ERR` passes: others took all places for a moment. */
const PASSING = /^ERR max number of clients/

/** Redis, or the way to it, is gone for now. */
export const unavailable = (where: string, words: string): UnavailableError =>
  new UnavailableError(where, `it will be tried again; see that it runs and can be reached (${words})`)

/** The message alone: an error of ioredis carries its command with all arguments, credentials among them. */
export const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))

/** What is full where nothing can be written. */
const ROOMS: Readonly<Record<string, string>> = { OOM: 'its maxmemory', MISCONF: 'its disk: it cannot save' }

/** Answers that no second attempt changes, each with what does. All else passes: a server that loads, fails over or is busy. */
const REFUSALS: Readonly<Record<string, string>> = {
  WRONGPASS: 'correct user and password in the address of the store',
  NOAUTH: 'give user and password in the address of the store',
  NOPERM: 'permit the user hmget, hget, info, eval and evalsha, with all that the scripts call, on keys freshet:*',
  WRONGTYPE: 'another program uses keys freshet:*; give it, or the store, a database of its own',
  ERR: 'Redis 6.2 or later, or what speaks its protocol and scripts, is needed',
}
