import { isFreshetError, type Clock } from '@freshet/kernel'

/** How long to go on asking. */
export interface Patience {
  readonly clock: Clock
  /** Without progress for so long, the last failure is the answer. */
  readonly patienceMs: number
}

const PAUSE_MS = 200 // a service that was killed is back within a second or so

/** Repeats what failed in a way that may pass: a service that restarts, a disk that is full. */
export async function persistently<T>({ clock, patienceMs }: Patience, attempt: () => Promise<T>): Promise<T> {
  const untilMs = clock.monotonicMs() + patienceMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isFreshetError(error) || !error.retryable || clock.monotonicMs() >= untilMs) throw error
      await clock.sleep(PAUSE_MS)
    }
  }
}
