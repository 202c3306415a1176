import { input, matmul, subtract, type CompileGraph, type GraphRunner } from '@freshet/tensor'

/** Rows that are eliminated at once: wide enough that the products are all that counts. */
const BLOCK = 256

/**
 * Inverts a symmetric positive definite matrix in place.
 *
 * Gauss–Jordan by blocks: the pivot block is inverted in doubles, everything else is products of Float32 that the compiled graph makes, so that
 * twenty thousand rows take minutes. Positive definite matrices need no pivoting.
 *
 * shape   matrix Float32[n, n]
 * cost    2n³ multiplications and additions; beside the matrix, three panels of BLOCK rows
 * source  Golub & Van Loan, Matrix Computations, 4th ed., §3.2 and §4.2
 */
export async function invertPositive(matrix: Float32Array, n: number, compile: CompileGraph): Promise<void> {
  const eliminate = await compile(ELIMINATE)
  const multiply = await compile(MULTIPLY)
  for (let from = 0; from < n; from += BLOCK) {
    const block = { from, to: Math.min(n, from + BLOCK) }
    const rows = await pivotRows(matrix, { n, block, multiply })
    for (let other = 0; other < n; other += BLOCK) {
      if (other === from) continue
      const panel = matrix.subarray(other * n, Math.min(n, other + BLOCK) * n)
      const height = panel.length / n
      const coefficients = takeColumns(panel, { n, block })
      const { left } = await eliminate.run({
        panel: { data: panel, shape: [height, n] },
        coefficients: { data: coefficients, shape: [height, block.to - block.from] },
        rows: { data: rows, shape: [block.to - block.from, n] },
      })
      panel.set(left)
    }
    matrix.set(rows, from * n)
  }
  await Promise.all([eliminate.release(), multiply.release()])
}

interface Block {
  readonly from: number
  readonly to: number
}

const [panel, coefficients, rows] = [input('panel', ['H', 'N']), input('coefficients', ['H', 'K']), input('rows', ['K', 'N'])]
const ELIMINATE = {
  name: 'eliminate',
  inputs: [panel, coefficients, rows],
  outputs: { left: subtract(panel, matmul(coefficients, rows)) },
}
const MULTIPLY = { name: 'multiply', inputs: [coefficients, rows], outputs: { product: matmul(coefficients, rows) } }

/** The rows of the pivot block, multiplied by its inverse, which stands where the block stood. */
async function pivotRows(
  matrix: Float32Array,
  { n, block, multiply }: { n: number; block: Block; multiply: GraphRunner },
): Promise<Float32Array> {
  const size = block.to - block.from
  const rows = matrix.subarray(block.from * n, block.to * n)
  const inverse = Float32Array.from(invertSmall(Float64Array.from(takeColumns(rows, { n, block })), size))
  const { product } = await multiply.run({ coefficients: { data: inverse, shape: [size, size] }, rows: { data: rows, shape: [size, n] } })
  for (let i = 0; i < size; i++) product.set(inverse.subarray(i * size, (i + 1) * size), i * n + block.from)
  return product
}

/** A copy of the block's columns, which are left as zeros. */
function takeColumns(rows: Float32Array, { n, block }: { n: number; block: Block }): Float32Array {
  const width = block.to - block.from
  const taken = new Float32Array((rows.length / n) * width)
  for (let i = 0; i * n < rows.length; i++) {
    const columns = rows.subarray(i * n + block.from, i * n + block.to)
    taken.set(columns, i * width)
    columns.fill(0)
  }
  return taken
}

/** Gauss–Jordan without blocks. */
function invertSmall(matrix: Float64Array, n: number): Float64Array {
  for (let k = 0; k < n; k++) {
    const pivot = 1 / matrix[k * n + k]
    matrix[k * n + k] = 1
    for (let j = 0; j < n; j++) matrix[k * n + j] *= pivot
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = matrix[i * n + k]
      matrix[i * n + k] = 0
      for (let j = 0; j < n; j++) matrix[i * n + j] -= factor * matrix[k * n + j]
    }
  }
  return matrix
}
