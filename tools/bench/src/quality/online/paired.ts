import { randomBelow } from '@freshet/kernel'
import { quantile } from '../../harness/quantile'

/** Two sides' probabilities of the same events. */
export interface Paired {
  readonly ours: Float32Array
  readonly theirs: Float32Array
  readonly labels: Float32Array
  readonly users: Uint32Array
}

/** A difference of two AUCs, and between what bounds it lies. */
export interface PairedAuc {
  readonly ours: number
  readonly theirs: number
  readonly difference: number
  readonly interval: readonly [low: number, high: number]
}

const DRAWS = 500
const [LOW, HIGH] = [0.025, 0.975]

/**
 * The AUC of both sides, and the 95 % interval of their difference: users are drawn with replacement, with all of their events on both sides, so that what
 * makes a user hard counts for both alike.
 *
 * cost    two sorts, then a pass over the events a draw
 * source  Efron & Tibshirani, An introduction to the bootstrap (1993), §13.3, by user
 */
export function compareAuc({ ours, theirs, labels, users }: Paired, seed: number): PairedAuc {
  const [mine, other] = [ours, theirs].map((scores) => ranked(scores, labels))
  const all = users.reduce((most, user) => Math.max(most, user + 1), 0)
  const once = new Uint32Array(all).fill(1)
  const difference = (times: Uint32Array): number => weightedAuc(mine, users, times) - weightedAuc(other, users, times)
  const drawn = Array.from({ length: DRAWS }, (_, draw) => {
    const times = new Uint32Array(all)
    for (let i = 0; i < all; i++) times[randomBelow(all, seed, draw, i)]++
    return difference(times)
  })
  return {
    ...{ ours: weightedAuc(mine, users, once), theirs: weightedAuc(other, users, once), difference: difference(once) },
    interval: [quantile(drawn, LOW), quantile(drawn, HIGH)],
  }
}

/** Events by rising score. */
interface Ranked {
  readonly order: Uint32Array
  readonly scores: Float32Array
  readonly labels: Float32Array
}

const ranked = (scores: Float32Array, labels: Float32Array): Ranked => ({
  ...{ scores, labels },
  order: Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]),
})

/** math  Σ over positives of (weight of negatives below + half of those level with it) / (weight of positives · weight of negatives) */
function weightedAuc({ order, scores, labels }: Ranked, users: Uint32Array, times: Uint32Array): number {
  let [below, positives, points] = [0, 0, 0]
  for (let from = 0; from < order.length;) {
    const weights = [0, 0]
    let to = from
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) weights[labels[order[to]]] += times[users[order[to]]]
    points += weights[1] * (below + weights[0] / 2)
    below += weights[0]
    positives += weights[1]
    from = to
  }
  return points / (below * positives)
}
