/** Predicted probabilities and what came. */
export interface Predictions {
  readonly probabilities: Float32Array
  /** 1 or 0. */
  readonly labels: Float32Array
}

/**
 * The probability that a positive is scored above a negative, half a point where they tie. Nothing to tell apart gives NaN.
 *
 * math    (Σ ranks of positives − P(P + 1)/2) / (P·N), equal scores sharing the mean of their ranks
 * cost    one sort
 * source  Mann & Whitney (1947); Hanley & McNeil (1982)
 */
export function auc({ probabilities, labels }: Predictions): number {
  const order = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[a] - probabilities[b])
  let [positives, rankSum] = [0, 0]
  for (let from = 0; from < order.length;) {
    let to = from
    let hits = 0
    for (; to < order.length && probabilities[order[to]] === probabilities[order[from]]; to++) hits += labels[order[to]]
    rankSum += (hits * (from + 1 + to)) / 2
    positives += hits
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives))
}

/**
 * The mean logarithmic loss in nats; probabilities are kept 10⁻⁷ away from 0 and 1, so that one sure mistake does not make it infinite.
 *
 * math    −Σ (y·ln p + (1 − y)·ln(1 − p)) / n
 */
export function logLoss({ probabilities, labels }: Predictions): number {
  let sum = 0
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - CERTAIN, Math.max(CERTAIN, probabilities[i]))
    sum -= labels[i] === 1 ? Math.log(p) : Math.log(1 - p)
  }
  return sum / labels.length
}

const CERTAIN = 1e-7 // as FuxiCTR, whose figures stand beside ours
