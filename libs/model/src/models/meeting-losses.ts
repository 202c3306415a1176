import { equal, multiply, reduceSum, reshape, sampledSoftmaxLoss, scale, softplus, subtract, type Node } from '@freshet/tensor'
import type { Reads } from '../trainable'

/**
 * Every other item of the shard is a negative, corrected for how often it is one.
 *
 * shape   queries, candidates [batch, width]; columns weights, logQ, itemKey [batch, 1]: how much an example counts, the logarithm of how often its
 *         item is sampled, and a number that is equal for equal items  →  [1, 1]
 * math    L = Σ w · −ln(e^{s(u,i) − ln Qᵢ} / Σⱼ e^{s(u,j) − ln Qⱼ}), j over the shard, without other rows of the same item
 * source  Yi et al., Sampling-bias-corrected neural modeling for large corpus item recommendations (2019), equations 4–6
 */
export function inBatchSoftmax({ queries, candidates }: { queries: Node; candidates: Node }, { column }: Reads): Node {
  const [logQ, keys] = [column('logQ'), column('itemKey')]
  const across = (x: Node): Node => reshape(x, [1, x.shape[0]])
  return sampledSoftmaxLoss({
    ...{ queries, candidates, weights: column('weights'), logQ: across(logQ) },
    accidental: equal(keys, across(keys)),
  })
}

/** What was liked, and what it is compared with. */
interface Comparison {
  /** shape [batch, width] */
  readonly queries: Node
  /** Of what was liked: shape [batch, 1] */
  readonly scores: Node
  /** shape [batch, negatives, width] */
  readonly negatives: Node
}

/**
 * What was liked ranks above what was sampled.
 *
 * shape   Comparison; column weights [batch, 1]  →  [1, 1]
 * math    L = Σ w · mean over negatives j of −ln σ(s(u, i) − s(u, j))
 * source  Rendle et al., BPR: Bayesian personalized ranking from implicit feedback (2009), §4.1, without its regularisation
 */
export function pairwiseRanking({ queries, scores, negatives }: Comparison, { column }: Reads): Node {
  const [batch, count, width] = negatives.shape
  const others = reduceSum(multiply(negatives, reshape(queries, [batch, 1, width])), [2])
  const margins = subtract(reshape(scores, [batch, 1, 1]), others)
  const losses = scale(reduceSum(softplus(scale(margins, -1)), [1]), 1 / Number(count))
  return reduceSum(multiply(column('weights'), reshape(losses, [batch, 1])))
}
