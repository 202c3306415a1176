import { EMPTY } from './absent'

/**
 * Copies each occurrence's row to its place in the packed batch; zeros where there is no id.
 *
 * shape   values Float32[count, width], index Uint32[n], out Float32[n, width]
 */
export function expandRows(values: Float32Array, index: Uint32Array, out: Float32Array): void {
  const width = index.length === 0 ? 0 : out.length / index.length
  for (let i = 0; i < index.length; i++) {
    const to = i * width
    if (index[i] === EMPTY) {
      for (let k = 0; k < width; k++) out[to + k] = 0
    } else {
      const from = index[i] * width
      for (let k = 0; k < width; k++) out[to + k] = values[from + k]
    }
  }
}

/**
 * Adds the gradients of all occurrences of a row, in order of occurrence, so that the rounding is the same everywhere.
 *
 * shape   gradients Float32[n, width], index Uint32[n], out Float32[count, width]
 * math    out[u] = Σ gradients[i] over the i with index[i] = u, ascending, each sum rounded to Float32
 */
export function reduceRows(gradients: Float32Array, index: Uint32Array, out: Float32Array): void {
  const width = index.length === 0 ? 0 : gradients.length / index.length
  out.fill(0)
  for (let i = 0; i < index.length; i++) {
    if (index[i] === EMPTY) continue
    const to = index[i] * width
    const from = i * width
    for (let k = 0; k < width; k++) out[to + k] += gradients[from + k]
  }
}
