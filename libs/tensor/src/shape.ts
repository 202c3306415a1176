import { FreshetError } from '@freshet/kernel'

/** The length of one axis: a number, or the name of a length that is known when the graph runs (`'B'`, the batch). */
export type Dimension = number | string

/** One length an axis, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[]

/** Shapes that an operation cannot join: the message names the operation, what it expected and what it got. */
export class ShapeError extends FreshetError {
  override readonly name = 'ShapeError'
  readonly code = 'SHAPE_MISMATCH'
  readonly retryable = false

  constructor(
    readonly operation: string,
    readonly facts: { readonly expected: string; readonly got: string },
  ) {
    super(`${operation}: expected ${facts.expected}, got ${facts.got}`)
  }
}

/** Equal on every axis; a symbol equals only itself. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((length, axis) => length === b[axis])

/** A shape as people write it: `[B, 16]`. */
export const spellShape = (shape: Shape): string => `[${shape.join(', ')}]`

/**
 * The shape of an element-wise result.
 *
 * math    axes are matched from the last; an axis of length 1, or one that is missing, stretches to the other's
 * throws  ShapeError when two lengths differ and neither is 1
 * source  NumPy and ONNX, multidirectional broadcasting
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  const rank = a.length > b.length ? a.length : b.length
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw new ShapeError(operation, {
      expected: `${spellShape(a)} and ${spellShape(b)} equal or 1 on axis ${axis}`,
      got: `${left} and ${right}`,
    })
  })
}

/** The number of cells, where no axis is symbolic. */
export const cellCount = (shape: readonly number[]): number => shape.reduce((cells, length) => cells * length, 1)

/** The product of the numeric lengths, and how often each symbol occurs: what a reshape keeps. */
export function spellVolume(shape: Shape): string {
  const symbols = shape.filter((length) => typeof length === 'string').sort()
  return [cellCount(shape.filter((length) => typeof length === 'number')), ...symbols].join('·')
}
