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
 * Layers one after the other, with relu (or another function of what a layer gives and its number) between them and nothing after the last.
 *
 * shape   x [batch, in of the first]  →  [batch, out of the last]
 */
export const perceptron = (x: Node, layers: readonly DenseLayer[], between: (x: Node, layer: number) => Node = relu): Node =>
  layers.reduce((activation, layer, i) => dense(i === 0 ? activation : between(activation, i - 1), layer), x)

/**
 * Rows of length 1.
 *
 * shape   x [.., width]  →  [.., width]
 * math    x / √(Σ x² + ε)
 */
export const normaliseRows = (x: Node): Node => divide(x, sqrt(add(reduceSum(multiply(x, x), [x.shape.length - 1]), constant(EPSILON))))

const EPSILON = 1e-12 // a row of zeros stays one
