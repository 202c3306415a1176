import type { Tensor } from './kernels'

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
