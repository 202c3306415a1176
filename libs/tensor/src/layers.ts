import { add, divide, multiply, sqrt } from './elementwise'
import { constant, type Node } from './node'
import { matmul } from './product'
import { reduceSum } from './reduction'

/** An affine map. */
export interface DenseLayer {
  /** shape [in, out] */
  readonly weight: Node
  /** shape [out] */
  readonly bias: Node
}

/** shape  x [batch, in]  →  [batch, out];  math  x·W + b */
export const dense = (x: Node, { weight, bias }: DenseLayer): Node => add(matmul(x, weight), bias)

/**
 * Rows of length 1.
 *
 * shape   x [.., width]  →  [.., width]
 * math    x / √(Σ x² + ε)
 */
export const normaliseRows = (x: Node): Node => divide(x, sqrt(add(reduceSum(multiply(x, x), [x.shape.length - 1]), constant(EPSILON))))

const EPSILON = 1e-12 // a row of zeros stays one
