import { setTimeout as timeout } from 'node:timers/promises'

/** Time as a dependency: what depends on a clock is handed one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  nowMs(): number
  /** Milliseconds from an arbitrary start, never running backwards: for durations. */
  monotonicMs(): number
  /** Resolves after `durationMs`, or at once when `signal` aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await timeout(durationMs, undefined, { signal }).catch(() => undefined)
  },
}
