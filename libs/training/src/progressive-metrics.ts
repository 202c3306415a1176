import type { Batch } from './batch'
import { isRealLabel } from './batch'
import { naturalLog } from '@freshet/kernel'

/** An AUC from bins this fine differs from the exact one by less than 1e-4. */
const SCORE_BINS = 8192

/**
 * Progressive validation: every example is scored before it is learned from, and only real labels count.
 *
 * It is part of the state, so that it goes on across restarts and moves, and a twin agrees on it.
 */
export class ProgressiveMetrics {
  private readonly positives: Float64Array
  private readonly negatives: Float64Array
  /** [examples learned, real labels, sum of their log losses, refused examples, smoothed rank loss, smoothed recall loss] */
  private readonly sums: Float64Array

  constructor({ positives, negatives, sums }: MetricsState = noScores()) {
    this.positives = positives
    this.negatives = negatives
    this.sums = sums
  }

  /** Scores what a step predicted before it learned. */
  observe(batch: Batch, probabilities: Float32Array): void {
    for (let i = 0; i < batch.count; i++) {
      if (!isRealLabel(batch.sources[i])) continue
      const p = Math.min(1 - 1e-7, Math.max(1e-7, probabilities[i]))
      const isPositive = batch.labels[i] >= 0.5
      const bins = isPositive ? this.positives : this.negatives
      bins[Math.min(bins.length - 1, Math.floor(p * bins.length))]++
      this.sums[1]++
      this.sums[2] -= naturalLog(isPositive ? p : 1 - p)
    }
  }

  /** Counts a step's examples and smooths its losses over about a hundred steps. */
  count(step: { readonly examples: number; readonly refused: number; readonly rankLoss: number; readonly recallLoss: number }): void {
    this.sums[0] += step.examples
    this.sums[3] += step.refused
    this.sums[4] = smooth(this.sums[4], step.rankLoss)
    this.sums[5] = smooth(this.sums[5], step.recallLoss)
  }

  /** How many were learned from. */
  get examples(): number {
    return this.sums[0]
  }

  /** What the examples so far say. */
  read(): ProgressiveFigures {
    const [examples, labels, logLoss, refused, rankLoss, recallLoss] = this.sums
    return {
      examples,
      labels,
      refused,
      rankLoss,
      recallLoss,
      auc: auc(this.positives, this.negatives),
      logLoss: labels > 0 ? logLoss / labels : NaN,
    }
  }

  /** The numbers behind it, for a version. */
  serialise(): MetricsState {
    return { positives: this.positives, negatives: this.negatives, sums: this.sums }
  }
}

/** The numbers behind {@link ProgressiveMetrics}. */
export interface MetricsState {
  readonly positives: Float64Array
  readonly negatives: Float64Array
  readonly sums: Float64Array
}

/** Before the first example, with so many bins to tell scores apart. */
export const noScores = (bins = SCORE_BINS): MetricsState => ({
  positives: new Float64Array(bins),
  negatives: new Float64Array(bins),
  sums: new Float64Array(6),
})

/** What progressive validation says; `auc` and `logLoss` are NaN while there is nothing to say. */
export interface ProgressiveFigures {
  readonly examples: number
  readonly labels: number
  readonly refused: number
  readonly rankLoss: number
  readonly recallLoss: number
  readonly auc: number
  readonly logLoss: number
}

const smooth = (before: number, now: number): number => (before === 0 ? now : before + 0.01 * (now - before))

/**
 * The probability that a positive scores above a negative, ties counting half.
 *
 * shape   counts per score bin, lowest first
 */
function auc(positives: Float64Array, negatives: Float64Array): number {
  let below = 0
  let pairs = 0
  let total = 0
  for (let bin = 0; bin < positives.length; bin++) {
    pairs += positives[bin] * (below + negatives[bin] / 2)
    below += negatives[bin]
    total += positives[bin]
  }
  return total > 0 && below > 0 ? pairs / (total * below) : NaN
}
