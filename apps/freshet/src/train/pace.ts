import type { trainer } from '@freshet/contracts/services'

const WINDOW_MS = 30_000 // long enough to smooth a version being saved, short enough to follow a burst

/** Says from statuses, as they come, how soon nothing is left to learn. */
export class Pace {
  private readonly seen: { readonly atMs: number; readonly lag: number; readonly examples: number }[] = []

  /** Takes a status that was read at `atMs`, of a clock that never runs backwards. */
  observe({ lag, examples }: Pick<trainer.GetStatusResponse, 'lag' | 'examples'>, atMs: number): void {
    const last = this.seen.at(-1)
    if (last !== undefined && examples < last.examples) this.seen.length = 0 // it went back to a version: another line of progress
    this.seen.push({ atMs, lag: lagOf(lag), examples })
    while (this.seen.length > 2 && this.seen[0].atMs < atMs - WINDOW_MS) this.seen.shift()
  }

  /**
   * Seconds until the lag is gone: at the rate at which it got shorter of late, what arrives meanwhile included. 0 where there is none;
   * undefined where it does not get shorter, and before two statuses.
   */
  get etaS(): number | undefined {
    const [first, last] = [this.seen[0], this.seen.at(-1)]
    if (last === undefined) return undefined
    if (last.lag === 0) return 0
    const shorter = first.lag - last.lag
    return shorter > 0 ? (last.lag * (last.atMs - first.atMs)) / 1000 / shorter : undefined
  }
}

/** Records that are not cut yet, of all partitions. */
export const lagOf = (lag: readonly number[]): number => lag.reduce((sum, records) => sum + records, 0)
