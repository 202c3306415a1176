import type { KernelScope, Tensor } from './kernels'
import { rowCount } from './product'
import { cellCount } from './shape'

/** A product of two matrices, of a stack by one, or pair by pair. */
export function matrixProducts({ node, inputs: [a, b], shape }: KernelScope<'matmul'>): Float64Array {
  const { transposeA, transposeB } = node.attributes
  const [m, n] = shape.slice(-2)
  const result = new Float64Array(cellCount(shape))
  for (let start = 0, pair = 0; start < result.length; start += m * n, pair++) {
    const left = steps(a, transposeA, pair)
    const right = steps(b, transposeB, b.shape.length === 2 ? 0 : pair)
    for (let cell = 0; cell < m * n; cell++) {
      const [from, to] = [left.offset + Math.floor(cell / n) * left.row, right.offset + (cell % n) * right.column]
      let sum = 0
      for (let k = 0; k < left.columns; k++) sum += a.data[from + k * left.column] * b.data[to + k * right.row]
      result[start + cell] = sum
    }
  }
  return result
}

/** How far apart rows and columns of one matrix of a stack lie, once it is read as it is asked for. */
function steps({ shape }: Tensor, isTransposed: boolean, index: number) {
  const [rows, columns] = shape.slice(-2)
  const offset = index * rows * columns
  return isTransposed ? { offset, row: 1, column: columns, columns: rows } : { offset, row: columns, column: 1, columns }
}

/** The sum over all rows of their outer products. */
export function contractRows({ inputs: [a, b], shape: [m, n] }: KernelScope<'contract'>): Float64Array {
  const result = new Float64Array(m * n)
  for (let row = 0; row < rowCount(a.shape); row++) {
    for (let cell = 0; cell < m * n; cell++) result[cell] += a.data[row * m + Math.floor(cell / n)] * b.data[row * n + (cell % n)]
  }
  return result
}
