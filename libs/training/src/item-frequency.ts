import { mix64, naturalLog } from '@freshet/kernel'

const ITEMS_AT_START = 256

/** Keys in the order of their first occurrence, and their counts. */
export interface Frequencies {
  readonly keys: Uint32Array
  readonly counts: Float64Array
}

/**
 * How often each item has stood in a column of the sampled softmax: the sampling probability that log-Q takes out.
 *
 * Items are told apart by 32 bits of their hash; a collision blurs an estimate and nothing else.
 *
 * source  Yi et al., Sampling-bias-corrected neural modeling for large corpus item recommendations (2019)
 */
export class ItemFrequency {
  /** By key: its place. */
  private readonly places = new Map<number, number>()
  private keys = new Uint32Array(ITEMS_AT_START)
  private counts = new Float64Array(ITEMS_AT_START)
  private total = 0

  /** Counts one occurrence. */
  count(lo: number, hi: number): void {
    const key = mix64(lo, hi)
    const place = this.places.get(key) ?? this.add(key) // may move the counts
    this.counts[place]++
    this.total++
  }

  /** The logarithm of an item's estimated probability of standing in a column; one count is added to each, so that none is impossible. */
  logProbability(lo: number, hi: number): number {
    const place = this.places.get(mix64(lo, hi))
    const count = place === undefined ? 0 : this.counts[place]
    return naturalLog((count + 1) / (this.total + this.places.size + 1))
  }

  /** A copy of the counts as they are now; keys that are there never change. Cost: eight bytes an item. */
  serialise(): Frequencies {
    const { size } = this.places
    return { keys: this.keys.subarray(0, size), counts: this.counts.slice(0, size) }
  }

  /** The inverse of {@link serialise}. */
  static restore({ keys, counts }: Frequencies): ItemFrequency {
    const frequency = new ItemFrequency()
    keys.forEach((key, i) => {
      const place = frequency.add(key)
      frequency.counts[place] = counts[i]
      frequency.total += counts[i]
    })
    return frequency
  }

  private add(key: number): number {
    const place = this.places.size
    if (place === this.keys.length) this.grow()
    this.keys[place] = key
    this.places.set(key, place)
    return place
  }

  private grow(): void {
    const { keys, counts } = this
    this.keys = new Uint32Array(2 * keys.length)
    this.keys.set(keys)
    this.counts = new Float64Array(2 * counts.length)
    this.counts.set(counts)
  }
}
