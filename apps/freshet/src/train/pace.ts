import type { trainer } from '@freshet/contracts/services'

interface Seen {
  readonly atMs: number
  readonly lag: number
  readonly examples: number
  readonly examplesPerS: number
}

const WINDOW_MS = 30_000 // long enough to smooth a version being saved, short enough to follow a burst

/** Says from statuses, as they come, how soon nothing is left to learn. */
export class Pace {
  private readonly seen: Seen[] = []

  /** Takes a status that was read at `atMs`, of a clock that never runs backwards. */
  observe({ lag, examples, examplesPerS }: Pick<trainer.GetStatusResponse, 'lag' | 'examples' | 'examplesPerS'>, atMs: number): void {
    const last = this.seen.at(-1)
    if (last !== undefined && examples < last.examples) this.seen.length = 0 // it went back to a version: another line of progress
    this.seen.push({ atMs, lag: lagOf(lag), examples, examplesPerS })
    while (this.seen.length > 2 && this.seen[0].atMs < atMs - WINDOW_MS) this.seen.shift()
  }

  /**
   * Seconds until the lag is gone: at the rate at which it got shorter of late, what arrives meanwhile included. 0 where there is none,
   * Infinity where it does not get shorter; after one status, by how fast that says that it learns. Undefined where nothing can be said.
   */
  get etaS(): number | undefined {
    const [first, last] = [this.seen[0], this.seen.at(-1)]
    if (last === undefined) return undefined
    if (last.lag === 0) return 0
    if (last === first) return last.examplesPerS > 0 ? last.lag / last.examplesPerS : undefined
    const shorter = first.lag - last.lag
    return shorter > 0 ? (last.lag * (last.atMs - first.atMs)) / 1000 / shorter : Infinity
  }
}

/** Records that are not cut yet, of all partitions. */
export const lagOf = (lag: readonly number[]): number => lag.reduce((sum, records) => sum + records, 0)
