import { add, detach, exp, log, subtract } from './elementwise'
import type { Node } from './node'
import { ShapeError, spellShape } from './shape'

/**
 * A matrix product, either operand read transposed: the flags cost nothing, where a transpose of its own would copy.
 *
 * shape   [m, k] · [k, n]  →  [m, n]
 * throws  ShapeError when an operand is no matrix, or the inner lengths differ
 */
export function matmul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
  const [left, right] = [a, b].map(({ shape }) => spellShape(shape))
  if (a.shape.length !== 2 || b.shape.length !== 2)
    throw new ShapeError('matmul', { expected: 'two matrices', got: `${left} and ${right}` })
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape
  const [rows, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape
  if (k !== rows) throw new ShapeError('matmul', { expected: `${k} rows to meet the ${k} columns of ${left}`, got: `${rows} in ${right}` })
  return { op: 'matmul', inputs: [a, b], shape: [m, n], attributes: { transposeA, transposeB } }
}

/** Adds up some axes, which stay at length 1; by default all. */
export const reduceSum = (x: Node, axes: readonly number[] = [...x.shape.keys()]): Node => reduce('reduceSum', x, axes)

/** The largest along some axes, which stay at length 1. Ties share its gradient. */
export const reduceMax = (x: Node, axes: readonly number[]): Node => reduce('reduceMax', x, axes)

/**
 * The logarithm of a sum of exponentials along one axis, which stays at length 1.
 *
 * math    ln Σ eˣ = m + ln Σ eˣ⁻ᵐ,  m = max x; the gradient is the softmax of x, so none needs to flow through m
 * cost    four passes over x, and one more for its gradient
 */
export function logSumExp(x: Node, axis: number): Node {
  const largest = detach(reduceMax(x, [axis]))
  return add(log(reduceSum(exp(subtract(x, largest)), [axis])), largest)
}

function reduce(op: 'reduceSum' | 'reduceMax', x: Node, axes: readonly number[]): Node {
  const outside = axes.find((axis) => !(axis in x.shape))
  if (outside !== undefined) throw new ShapeError(op, { expected: `axes of ${spellShape(x.shape)}`, got: `axis ${outside}` })
  if (axes.length === 0) return x
  return { op, inputs: [x], shape: x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)), attributes: { axes } }
}
