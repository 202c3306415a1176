/** What is known of the load at one moment. */
export interface LoadLook {
  readonly workers: number
  /** Records of `examples` that wait. */
  readonly lag: number
  /** Of a clock that never goes back. */
  readonly nowMs: number
}

/** Between which numbers load decides, and what counts as much or little of it. */
export interface LoadBounds {
  readonly min: number
  readonly max: number
  /** So much lag, or more, calls for another worker once it has lasted. */
  readonly much: number
  /** So little, or less, lets one go once it has lasted. */
  readonly little: number
}

/** Since when there has been much to do, or little: at most one of both. */
export interface LoadMemory {
  readonly muchSinceMs?: number
  readonly littleSinceMs?: number
}

const MUCH_MS = 2000 // a burst that is learned within that needs nobody
const LITTLE_MS = 30_000 // whoever goes too soon has to come again, and takes a third of a second to begin

/**
 * How many workers a load asks for: one more after two seconds of much lag, one fewer after thirty of little, and as many as there are between
 * both. A pure function of looks.
 */
export function decideWorkers(
  { workers, lag, nowMs }: LoadLook,
  memory: LoadMemory,
  { min, max, much, little }: LoadBounds,
): { readonly workers: number; readonly memory: LoadMemory } {
  const within = (count: number): number => Math.min(max, Math.max(min, count))
  if (lag >= much) {
    const muchSinceMs = memory.muchSinceMs ?? nowMs
    if (nowMs - muchSinceMs < MUCH_MS) return { workers: within(workers), memory: { muchSinceMs } }
    return { workers: within(workers + 1), memory: { muchSinceMs: nowMs } }
  }
  if (lag <= little) {
    const littleSinceMs = memory.littleSinceMs ?? nowMs
    if (nowMs - littleSinceMs < LITTLE_MS) return { workers: within(workers), memory: { littleSinceMs } }
    return { workers: within(workers - 1), memory: { littleSinceMs: nowMs } }
  }
  return { workers: within(workers), memory: {} }
}
