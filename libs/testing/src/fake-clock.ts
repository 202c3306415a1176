import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@freshet/kernel'

/** A clock that stands until it is told to go on. */
export interface FakeClock extends Clock {
  /** Moves time on; sleepers wake in the order of their time, and what they start runs before the next wakes. */
  advance(durationMs: number): Promise<void>
}

/** Opens a clock at `startMs`. */
export function fakeClock(startMs = 0): FakeClock {
  let nowMs = startMs
  const sleepers = new Set<Sleeper>()

  const wakeNext = (untilMs: number): boolean => {
    const due = [...sleepers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
    if (due.length === 0) return false
    nowMs = Math.max(nowMs, due[0].atMs)
    due[0].wake()
    return true
  }

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,

    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve()
          return
        }
        const sleeper: Sleeper = { atMs: nowMs + durationMs, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake)
        function wake(): void {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
      }),

    async advance(durationMs) {
      const untilMs = nowMs + durationMs
      do await setImmediate()
      while (wakeNext(untilMs))
      nowMs = untilMs
      await setImmediate()
    },
  }
}

interface Sleeper {
  readonly atMs: number
  wake(): void
}
