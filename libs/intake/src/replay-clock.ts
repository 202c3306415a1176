import type { Tick } from '@freshet/contracts'

/** The clock of a file: it ticks in a partition just before the event whose time has advanced far enough there. */
export interface ReplayClock {
  readonly replayId: string
  /** The greatest time seen. */
  readonly watermarkMs: number
  /** The tick that must stand before an event of this time; undefined where the last one is near enough. */
  before(partition: number, timeMs: number): Tick | undefined
}

/**
 * Ticks depend on the order of the file alone, never on how it was cut into batches: the same import writes the same log.
 * Partitions without events stay without ticks until the replay is closed.
 */
export function createReplayClock(replayId: string, tickMs: number): ReplayClock {
  const tickedMs = new Map<number, number>()
  let watermarkMs = 0
  return {
    replayId,
    get watermarkMs() {
      return watermarkMs
    },
    before(partition, timeMs) {
      watermarkMs = Math.max(watermarkMs, timeMs)
      const last = tickedMs.get(partition)
      if (last !== undefined && timeMs < last + tickMs) return undefined
      tickedMs.set(partition, timeMs)
      return { timeMs, replay: true, closesReplay: false }
    },
  }
}
