/**
 * How long answers took, in buckets that grow by an eleventh: any quantile within 9 %, in fixed memory.
 *
 * cost    one logarithm a measurement
 */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS)
  private total = 0

  record(durationMs: number): void {
    this.counts[bucketOf(durationMs)]++
    this.total++
  }

  /** The duration that a fraction `q` of all stay at or below; 0 where nothing was measured. */
  quantileMs(q: number): number {
    if (this.total === 0) return 0
    const rank = Math.max(1, Math.ceil(q * this.total))
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.counts[bucket]
      if (seen >= rank) return upperMs(bucket)
    }
    return upperMs(BUCKETS - 1)
  }

  get count(): number {
    return this.total
  }
}

const SMALLEST_MS = 0.01
const PER_DOUBLING = 8
const BUCKETS = 192 // up to SMALLEST · 2^24: two days

const bucketOf = (durationMs: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.ceil(PER_DOUBLING * Math.log2(Math.max(durationMs, SMALLEST_MS) / SMALLEST_MS))))
const upperMs = (bucket: number): number => SMALLEST_MS * 2 ** (bucket / PER_DOUBLING)
