import { ShapeError, spellShape, type Shape } from '@freshet/tensor'

/**
 * The target of an ONNX Reshape, in which 0 copies the length of the same axis and one −1 is worked out.
 *
 * throws  ShapeError when more than one symbol moves to another axis: ONNX cannot say that
 */
export function reshapeTarget(from: Shape, to: Shape): number[] {
  const target = to.map((length, axis) => {
    if (typeof length === 'number') return length
    return from[axis] === length ? 0 : -1
  })
  if (target.filter((length) => length === -1).length > 1) {
    throw new ShapeError('reshape', { expected: `at most one symbol of ${spellShape(from)} on another axis`, got: spellShape(to) })
  }
  return target
}
