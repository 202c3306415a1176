import { mix64, naturalLog } from '@freshet/kernel'

/**
 * How often each item has stood in a column of the sampled softmax: the sampling probability that log-Q takes out.
 *
 * Items are told apart by 32 bits of their hash; a collision blurs an estimate and nothing else. Serialised in the order
 * of the keys, so that equal histories give equal bytes.
 *
 * source  Yi et al., Sampling-bias-corrected neural modeling for large corpus item recommendations (2019)
 */
export class ItemFrequency {
  private readonly counts = new Map<number, number>()
  private total = 0

  /** Counts one occurrence. */
  count(lo: number, hi: number): void {
    const key = mix64(lo, hi)
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    this.total++
  }

  /** The logarithm of an item's estimated probability of standing in a column; one count is added to each, so that none is impossible. */
  logProbability(lo: number, hi: number): number {
    const count = this.counts.get(mix64(lo, hi)) ?? 0
    return naturalLog((count + 1) / (this.total + this.counts.size + 1))
  }

  /** Keys in rising order, and their counts. */
  serialise(): { readonly keys: Uint32Array; readonly counts: Float64Array } {
    const keys = Uint32Array.from(this.counts.keys()).sort()
    return { keys, counts: Float64Array.from(keys, (key) => this.counts.get(key) ?? 0) }
  }

  /** The inverse of {@link serialise}. */
  static restore({ keys, counts }: { readonly keys: Uint32Array; readonly counts: Float64Array }): ItemFrequency {
    const frequency = new ItemFrequency()
    keys.forEach((key, i) => {
      frequency.counts.set(key, counts[i])
      frequency.total += counts[i]
    })
    return frequency
  }
}
