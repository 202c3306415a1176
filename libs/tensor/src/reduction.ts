import { add, detach, exp, log, subtract } from './elementwise'
import { NONE, type Node } from './node'
import { ShapeError, spellShape } from './shape'

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

/**
 * What adds up to 1 along the last axis.
 *
 * shape   [.., n]  →  [.., n]
 * math    eˣ⁻ᵐ / Σ eˣ⁻ᵐ,  m = max x
 */
export const softmax = (x: Node): Node => ({ op: 'softmax', inputs: [x], shape: x.shape, attributes: NONE })

function reduce(op: 'reduceSum' | 'reduceMax', x: Node, axes: readonly number[]): Node {
  const outside = axes.find((axis) => !(axis in x.shape))
  if (outside !== undefined) throw new ShapeError(op, { expected: `axes of ${spellShape(x.shape)}`, got: `axis ${outside}` })
  if (axes.length === 0) return x
  return { op, inputs: [x], shape: x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)), attributes: { axes } }
}
