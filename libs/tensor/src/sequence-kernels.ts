import type { Tensor } from './kernels'

/** Softmax along the last axis. */
export function normaliseExponentials({ data, shape }: Tensor): Float64Array {
  const width = shape[shape.length - 1]
  const result = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width)
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const exponentials = row.map((value) => Math.exp(value - largest))
    const sum = exponentials.reduce((total, value) => total + value, 0)
    exponentials.forEach((value, i) => (result[start + i] = value / sum))
  }
  return result
}

/** Each head of each row turned by the angles of its position. */
export function turn({ data, shape: [, positions, width] }: Tensor, cosines: Tensor, sines: Tensor): Float64Array {
  const half = cosines.shape[1]
  return data.map((value, cell) => {
    const [row, i] = [Math.floor(cell / width), cell % (2 * half)]
    const angle = (row % positions) * half + (i % half)
    const other = i < half ? -data[cell + half] : data[cell - half]
    return value * cosines.data[angle] + other * sines.data[angle]
  })
}
