import { add, multiply, scale, softplus, subtract } from './elementwise'
import { eye, transpose } from './layout'
import { constant, type Node } from './node'
import { matmul } from './product'
import { logSumExp, reduceSum } from './reduction'

/**
 * The weighted logarithmic loss of predictions that are logits.
 *
 * shape   logits, labels, weights [batch, 1]  →  [1, 1]
 * math    Σ w · (ln(1 + eᶻ) − y·z), which is −Σ w · (y·ln σ(z) + (1 − y)·ln(1 − σ(z))) without overflow
 */
export const logisticLoss = (logits: Node, { labels, weights }: { labels: Node; weights: Node }): Node =>
  reduceSum(multiply(weights, subtract(softplus(logits), multiply(labels, logits))))

/** What the in-batch softmax is made of. */
export interface SampledSoftmax {
  /** One row an example: shape [batch, width] */
  readonly queries: Node
  /** The positive of the same row, and a negative of every other: shape [batch, width] */
  readonly candidates: Node
  /** How much an example counts: shape [batch, 1] */
  readonly weights: Node
  /** Logarithm of the probability at which each candidate got into the batch: shape [1, batch] */
  readonly logQ: Node
  /** 1 for a candidate that may be a negative, else 0: shape [1, batch]; by default all may */
  readonly usable?: Node
  /** 1 where the candidate of column j is a positive of row i too, and so no negative for it: shape [batch, batch]; its diagonal does not matter */
  readonly accidental: Node
}

/**
 * In-batch sampled softmax, corrected for how often candidates are sampled, so that the product of a query and a candidate learns to be the
 * logarithm of the candidate's probability.
 *
 * math    sᵢⱼ = qᵢ·cⱼ − ln Qⱼ;  Σ wᵢ · (ln Σⱼ eˢⁱʲ − sᵢᵢ) = Σ wᵢ · softplus(ln Σ_{j≠i} eˢⁱʲ − sᵢᵢ), the sum over usable j that are no accidental hits
 * cost    two products of batch² · width, a dozen passes over batch²
 * source  Yi et al., Sampling-bias-corrected neural modeling for large corpus item recommendations (2019); Bengio & Senécal (2008)
 */
export function sampledSoftmaxLoss({ queries, candidates, weights, logQ, usable, accidental }: SampledSoftmax): Node {
  const products = matmul(queries, candidates, { transposeB: true })
  const corrected = subtract(products, usable ? add(logQ, scale(subtract(constant(1), usable), MASKED)) : logQ)
  const negatives = subtract(corrected, scale(add(accidental, eye(accidental)), MASKED))
  const positives = subtract(reduceSum(multiply(queries, candidates), [1]), transpose(logQ))
  return reduceSum(multiply(weights, softplus(subtract(logSumExp(negatives, 1), positives))))
}

const MASKED = 1e9 // beyond any logit, and far from overflow
