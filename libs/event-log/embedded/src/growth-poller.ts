import type { Clock } from '@freshet/kernel'

/** Something that may have grown by another process's doing. */
export interface Growing {
  /** True while somebody waits for it to grow. */
  readonly awaited: boolean
  /** Looks, and wakes them; says whether there were any to wake. */
  notice(): boolean
}

/**
 * Looks after what others may have written: one loop for all topics of a process, and none while nobody waits.
 *
 * cost    half a microsecond a topic, every millisecond while records come, every five while none do
 */
export class GrowthPoller {
  private readonly sources = new Set<Growing>()
  private readonly stop = new AbortController()
  private looking = false

  constructor(private readonly clock: Clock) {}

  /** Looks after `source` for as long as it is awaited. */
  watch(source: Growing): void {
    this.sources.add(source)
    if (!this.looking) void this.look()
  }

  close(): void {
    this.stop.abort()
  }

  private async look(): Promise<void> {
    this.looking = true
    let intervalMs = SHORTEST_MS
    while (this.sources.size > 0) {
      await this.clock.sleep(intervalMs, this.stop.signal)
      if (this.stop.signal.aborted) break
      let woken = false
      for (const source of this.sources) {
        if (!source.awaited) this.sources.delete(source)
        else if (source.notice()) woken = true
      }
      intervalMs = woken ? SHORTEST_MS : Math.min(LONGEST_MS, intervalMs + SLOWER_BY_MS)
    }
    this.looking = false
  }
}

const SHORTEST_MS = 1
const LONGEST_MS = 5
const SLOWER_BY_MS = 0.5
