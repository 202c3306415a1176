import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '@freshet/kernel'

const POLL_MS = 25
const PATIENCE_MS = 90_000

/** Looks again and again until something is there; an error of a look counts as nothing. Throws UnavailableError with the last one. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, patienceMs = PATIENCE_MS): Promise<T> {
  const untilMs = performance.now() + patienceMs
  let last: unknown
  while (performance.now() < untilMs) {
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found
      last = undefined
    } catch (error) {
      last = error
    }
    await pause(POLL_MS)
  }
  throw new UnavailableError(what, `it did not come within ${patienceMs} ms${last === undefined ? '' : ` (${String(last)})`}`)
}
