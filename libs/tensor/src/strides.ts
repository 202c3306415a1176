import { cellCount } from './shape'

/** How many cells apart neighbours on each axis lie, row by row. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1]
  return strides
}

/** Strides that read a tensor as if it had been broadcast to `target`: a stretched axis does not move. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape)
  const missing = target.length - shape.length
  return target.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]))
}

/**
 * Where each cell of a shape, in row order, lies under other strides: transposes, slices, broadcasts and reductions differ only in these.
 *
 * math    position(i₀, i₁, …) = offset + Σ iₐ · strides[a]
 * cost    a few operations a cell
 */
export function positions(shape: readonly number[], strides: readonly number[], offset = 0): Uint32Array {
  const found = new Uint32Array(cellCount(shape))
  const index = new Array<number>(shape.length).fill(0)
  let position = offset
  for (let cell = 0; cell < found.length; cell++) {
    found[cell] = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]
      if (++index[axis] < shape[axis]) break
      position -= index[axis] * strides[axis]
      index[axis] = 0
    }
  }
  return found
}
