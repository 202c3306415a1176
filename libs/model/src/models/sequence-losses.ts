import { add, equal, logSumExp, reduceSum, scale, softplus, subtract, type Node } from '@freshet/tensor'

/** How the places of sequences like items. */
export interface Places {
  /** The item that followed: shape [B, positions, 1] */
  readonly followed: Node
  /** All candidates: shape [B, positions, K] */
  readonly products: Node
}

/** One number for what followed a place, and one for each candidate. */
export interface Both {
  /** shape [B, positions, 1] */
  readonly followed: Node
  /** shape [1, K] */
  readonly candidates: Node
}

/**
 * Softmax over the whole catalogue.
 *
 * shape   →  [B, positions, 1]
 * math    −ln(e^{s⁺} / Σⱼ e^{sⱼ})
 */
export const fullSoftmax = ({ followed, products }: Places): Node => subtract(logSumExp(products, 2), followed)

/**
 * Softmax over sampled candidates, corrected for how often each is sampled. A candidate that is what followed, by its key, is none for that place.
 *
 * shape   →  [B, positions, 1]
 * math    −ln(e^{s⁺ − ln Q⁺} / (e^{s⁺ − ln Q⁺} + Σ_{j ≠ +} e^{sⱼ − ln Qⱼ})) = softplus(ln Σ_{j ≠ +} e^{sⱼ − ln Qⱼ} − (s⁺ − ln Q⁺))
 * source  Bengio & Senécal, Adaptive importance sampling to accelerate training of a neural probabilistic language model (2008); Yi et al. (2019)
 */
export function sampledSoftmax({ followed, products }: Places, keys: Both, logQ: Both): Node {
  const others = without(keys, subtract(products, logQ.candidates))
  return softplus(add(logSumExp(others, 2), subtract(logQ.followed, followed)))
}

/**
 * Binary cross-entropy: what followed is liked, and what was sampled is not. A candidate counts as `share` of a sample.
 *
 * shape   →  [B, positions, 1]
 * math    −ln σ(s⁺) − share · Σ_{j ≠ +} ln(1 − σ(sⱼ))
 * source  Kang & McAuley (2018), §3.5, where one is sampled for each place; sharing samples among places makes a product of matrices of it
 */
export const binary = ({ followed, products }: Places, keys: Both, share: number): Node =>
  add(softplus(scale(followed, -1)), scale(reduceSum(softplus(without(keys, products)), [2]), share))

/** shape  →  [B, positions, K], so low where a candidate is what followed that nothing is left of it */
const without = ({ followed, candidates }: Both, x: Node): Node => subtract(x, scale(equal(followed, candidates), MASKED))

const MASKED = 1e9
