import { interpretGraph } from '@freshet/tensor'
import { compileOnnx } from '@freshet/onnx'
import { invertPositive } from './invert'

/** AᵀA + I for a matrix with no pattern: symmetric and positive definite. */
function positive(n: number): Float32Array {
  const a = Float64Array.from({ length: n * n }, (_, i) => Math.sin(1 + 7 * i) / Math.sqrt(n))
  const matrix = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0
      for (let k = 0; k < n; k++) sum += a[k * n + i] * a[k * n + j]
      matrix[i * n + j] = sum
    }
  }
  return matrix
}

function farthestFromIdentity(a: Float32Array, b: Float32Array, n: number): number {
  let farthest = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? -1 : 0
      for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j]
      farthest = Math.max(farthest, Math.abs(sum))
    }
  }
  return farthest
}

describe('invertPositive', () => {
  it('inverts two by two as by hand', async () => {
    const matrix = Float32Array.of(2, 1, 1, 3)
    await invertPositive(matrix, 2, interpretGraph)
    ;[0.6, -0.2, -0.2, 0.4].forEach((value, i) => expect(matrix[i]).toBeCloseTo(value, 6))
  })

  it.each([1, 255, 256, 300, 513])('gives what times the matrix is one, for %d rows, whole blocks and a rest', async (n) => {
    const inverse = positive(n)
    await invertPositive(inverse, n, compileOnnx())
    expect(farthestFromIdentity(positive(n), inverse, n)).toBeLessThan(1e-5)
  })
})
