import { add, divide, multiply, relu, sqrt } from './elementwise'
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
 * Layers one after the other, with relu between them and nothing after the last.
 *
 * shape   x [batch, in of the first]  →  [batch, out of the last]
 */
export const perceptron = (x: Node, layers: readonly DenseLayer[]): Node =>
  layers.reduce((activation, layer, i) => dense(i === 0 ? activation : relu(activation), layer), x)

/**
 * Rows of length 1.
 *
 * shape   x [batch, width]  →  [batch, width]
 * math    x / √(Σ x² + ε)
 */
export const normaliseRows = (x: Node): Node => divide(x, sqrt(add(reduceSum(multiply(x, x), [1]), constant(EPSILON))))

const EPSILON = 1e-12 // a row of zeros stays one
