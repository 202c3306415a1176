import { randomWord } from '@freshet/kernel'

const COUNTERS = 1 << 20 // one byte each: the memory that ids without a row may take together

/** How many counters a threshold needs. */
export const admissionCounters = (threshold = 1): number => (threshold > 1 ? COUNTERS : 0)

/**
 * Counts the steps that met an id which has no row yet, in fixed memory: two counters an id, the lesser one counts.
 * Ids that share both counters may be admitted early, never late. The counters are state, like the rows.
 *
 * source  the two-row case of the count-min sketch (Cormode & Muthukrishnan, 2005)
 */
export class Admission {
  readonly counters: Uint8Array

  constructor(private readonly threshold = 1) {
    this.counters = new Uint8Array(admissionCounters(threshold))
  }

  /** Counts one more step; true once there were enough. */
  admit(lo: number, hi: number): boolean {
    if (this.threshold <= 1) return true
    const a = randomWord(FIRST, lo, hi) % COUNTERS
    const b = randomWord(SECOND, lo, hi) % COUNTERS
    const met = Math.min(this.counters[a], this.counters[b]) + 1
    this.counters[a] = Math.max(this.counters[a], met)
    this.counters[b] = Math.max(this.counters[b], met)
    return met >= this.threshold
  }
}

const FIRST = 0x51ed270b // arbitrary, distinct and fixed
const SECOND = 0x2f8c1a95
