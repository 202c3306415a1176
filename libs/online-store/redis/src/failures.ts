import { DiskFullError } from '@freshet/event-log'
import { isFreshetError, PreconditionError, tlsRemedyOf, UnavailableError, type FreshetError } from '@freshet/kernel'

/** What a failure of Redis, or of the way to it, means to the caller. `where` is an address without credentials. */
export function meaningOf(failure: unknown, where: string): FreshetError {
  if (isFreshetError(failure)) return failure
  const words = wordsOf(failure)
  const kind = /^[A-Z]+/.exec(words)?.[0] ?? ''
  if (kind === 'OOM') return new DiskFullError(`${where} (its maxmemory)`)
  const tlsRemedy = tlsRemedyOf(failure)
  if (tlsRemedy !== undefined) return new PreconditionError(`no TLS connection to ${where}: ${words}`, tlsRemedy)
  const remedy = REFUSALS[kind]
  if (remedy !== undefined) return new PreconditionError(`${where} refuses: ${words}`, remedy)
  return unavailable(where, words)
}

/** Redis, or the way to it, is gone for now. */
export const unavailable = (where: string, words: string): UnavailableError =>
  new UnavailableError(where, `it will be tried again; see that it runs and can be reached (${words})`)

/** The message alone: an error of ioredis carries its command with all arguments, credentials among them. */
export const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))

/** Answers that no second attempt changes, each with what does. All else passes: a server that loads, fails over or is busy. */
const REFUSALS: Readonly<Record<string, string>> = {
  WRONGPASS: 'correct user and password in the address of the store',
  NOAUTH: 'give user and password in the address of the store',
  NOPERM: 'permit the user hmget, hget, info, eval and evalsha, with all that the scripts call, on keys freshet:*',
  WRONGTYPE: 'another program uses keys freshet:*; give it, or the store, a database of its own',
  ERR: 'Redis 6.2 or later, or what speaks its protocol and scripts, is needed',
}
