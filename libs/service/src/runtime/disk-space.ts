import { statfsSync } from 'node:fs'
import type { Clock } from '@freshet/kernel'
import { DiskReserveError } from '../errors/errors'

/** What is watched, and how much of it is kept free. */
export interface DiskSpaceOptions {
  readonly directory: string
  /** Below this nothing more is accepted; 0: no reserve. */
  readonly freeBytesMin: number
  readonly clock: Clock
  /** What is free; the file system's own answer unless told otherwise. */
  readonly freeBytesAt?: (directory: string) => number
}

/** The room that is left where a data set lies. */
export interface DiskSpace {
  /** As of the last look, which is a moment ago at most; infinite where the file system does not say. */
  readonly freeBytes: number
  readonly freeBytesMin: number
  /** Throws DiskReserveError where less is free than is to stay so. */
  assertSpace(): void
}

/**
 * Watches the room in a directory, so that what was accepted can still be folded, learned and written as a version when no more is taken.
 *
 * cost  one `statfs` in {@link LOOK_EVERY_MS}, however often it is asked
 */
export function watchDiskSpace({ directory, freeBytesMin, clock, freeBytesAt = freeBytesOf }: DiskSpaceOptions): DiskSpace {
  let lookedMs = -Infinity
  let free = Infinity
  const look = (): number => {
    if (clock.monotonicMs() - lookedMs < LOOK_EVERY_MS) return free
    lookedMs = clock.monotonicMs()
    free = freeBytesAt(directory)
    return free
  }
  return {
    get freeBytes() {
      return look()
    },
    freeBytesMin,
    assertSpace() {
      if (freeBytesMin > 0 && look() < freeBytesMin) throw new DiskReserveError(directory, free, freeBytesMin)
    },
  }
}

const LOOK_EVERY_MS = 250 // at 100 MB/s, a tenth of the default reserve

function freeBytesOf(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return Infinity // a system that does not tell must not stop the door
  }
}
