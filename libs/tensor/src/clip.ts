import { add, divide, multiply, sqrt, step, subtract } from './elementwise'
import { constant, type Node } from './node'
import { reduceSum } from './reduction'

/**
 * A gradient no longer than a bound: a longer one keeps its direction.
 *
 * shape   [length]  →  [length]
 * math    g · min(1, bound / (‖g‖ + 10⁻⁶))
 * source  torch.nn.utils.clip_grad_norm_; Pascanu et al., On the difficulty of training recurrent neural networks (2013)
 */
export function clipByNorm(gradient: Node, bound: number): Node {
  const ratio = divide(constant(bound, [1]), add(norm(gradient), constant(EPSILON)))
  const isLonger = step(subtract(constant(1), ratio))
  return multiply(gradient, add(multiply(ratio, isLonger), subtract(constant(1), isLonger)))
}

/** shape  [length]  →  [1];  math  √ Σ x² */
export const norm = (x: Node): Node => sqrt(reduceSum(multiply(x, x), [0]))

const EPSILON = 1e-6 // as in PyTorch
