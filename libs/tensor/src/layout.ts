import { NONE, type Node } from './node'
import { broadcastShapes, sameShape, ShapeError, spellShape, spellVolume, type Dimension, type Shape } from './shape'

/** shape  axis i of the result is axis permutation[i] of x; by default all axes turn round */
export function transpose(x: Node, permutation: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis)): Node {
  const sorted = [...permutation].sort((a, b) => a - b)
  if (!sameShape(sorted, [...x.shape.keys()])) {
    throw new ShapeError('transpose', { expected: `each axis of ${spellShape(x.shape)} once`, got: spellShape(permutation) })
  }
  return { op: 'transpose', inputs: [x], shape: permutation.map((axis) => x.shape[axis]), attributes: { permutation } }
}

/** Side by side along one axis; one part alone is itself. */
export function concat(parts: readonly Node[], axis: number): Node {
  const [first] = parts
  if (parts.length === 1) return first
  for (const { shape } of parts) {
    const fits = shape.length === first.shape.length && shape.every((length, i) => i === axis || length === first.shape[i])
    if (!fits) throw new ShapeError('concat', { expected: `${spellShape(first.shape)} but for axis ${axis}`, got: spellShape(shape) })
  }
  const length = parts.reduce((sum, { shape }) => sum + knownLength('concat', shape, axis), 0)
  return { op: 'concat', inputs: parts, shape: replaceAxis(first.shape, axis, length), attributes: { axis } }
}

/** The cells from ≤ i < to of one axis; all of them is x itself. */
export function slice(x: Node, axis: number, [from, to]: readonly [from: number, to: number]): Node {
  const length = knownLength('slice', x.shape, axis)
  if (from < 0 || to < from || to > length) {
    throw new ShapeError('slice', {
      expected: `0 ≤ from ≤ to ≤ ${length} on axis ${axis} of ${spellShape(x.shape)}`,
      got: `${from} to ${to}`,
    })
  }
  if (from === 0 && to === length) return x
  return { op: 'slice', inputs: [x], shape: replaceAxis(x.shape, axis, to - from), attributes: { axis, from, to } }
}

/** Zeros before and after along one axis: the inverse of a slice. */
export function pad(x: Node, axis: number, [before, after]: readonly [before: number, after: number]): Node {
  if (before === 0 && after === 0) return x
  const shape = replaceAxis(x.shape, axis, before + knownLength('pad', x.shape, axis) + after)
  return { op: 'pad', inputs: [x], shape, attributes: { axis, before, after } }
}

/**
 * The same cells in another shape.
 *
 * throws  ShapeError when the number of cells changes, or a symbol is lost
 */
export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x
  if (spellVolume(x.shape) !== spellVolume(shape)) {
    throw new ShapeError('reshape', { expected: `${spellVolume(x.shape)} cells, as ${spellShape(x.shape)} has`, got: spellShape(shape) })
  }
  return { op: 'reshape', inputs: [x], shape, attributes: NONE }
}

/** Broadcasts x to the shape of `like`, whose values do not matter. */
export function expand(x: Node, like: Node): Node {
  if (sameShape(x.shape, like.shape)) return x
  if (!sameShape(broadcastShapes('expand', x.shape, like.shape), like.shape)) {
    throw new ShapeError('expand', { expected: `a shape that broadcasts to ${spellShape(like.shape)}`, got: spellShape(x.shape) })
  }
  return { op: 'expand', inputs: [x, like], shape: like.shape, attributes: NONE }
}

/** Ones on the diagonal, in the shape of a matrix whose values do not matter. */
export function eye(like: Node): Node {
  if (like.shape.length !== 2) throw new ShapeError('eye', { expected: 'a matrix', got: spellShape(like.shape) })
  return { op: 'eye', inputs: [like], shape: like.shape, attributes: NONE }
}

function knownLength(operation: string, shape: Shape, axis: number): number {
  const length: Dimension | undefined = shape[axis]
  if (typeof length === 'number') return length
  throw new ShapeError(operation, { expected: `a known length on axis ${axis}`, got: spellShape(shape) })
}

const replaceAxis = (shape: Shape, axis: number, length: Dimension): Shape => shape.map((old, i) => (i === axis ? length : old))
