import { interpretGraph } from '@freshet/tensor'
import { compileOnnx } from '@freshet/onnx'
import { invertPositive } from './invert'

/** I + Σ vₖvₖᵀ: symmetric, positive definite, and without a pattern. */
function positive(n: number): Float32Array {
  const matrix = new Float32Array(n * n)
  const vectors = Array.from({ length: 6 }, (_, k) => wave(n, k + 1))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) matrix[i * n + j] = vectors.reduce((sum, v) => sum + v[i] * v[j], i === j ? 1 : 0)
  }
  return matrix
}

const wave = (n: number, k: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(k + (k + 2) * i))

const times = (matrix: Float32Array, vector: Float64Array): Float64Array =>
  vector.map((_, i) => matrix.subarray(i * vector.length, (i + 1) * vector.length).reduce((sum, cell, j) => sum + cell * vector[j], 0))

describe('invertPositive', () => {
  it('inverts two by two as by hand', async () => {
    const matrix = Float32Array.of(2, 1, 1, 3)
    await invertPositive(matrix, 2, interpretGraph)
    ;[0.6, -0.2, -0.2, 0.4].forEach((value, i) => expect(matrix[i]).toBeCloseTo(value, 6))
  })

  it.each([1, 255, 256, 300, 513])('gives what undoes the matrix, for %d rows, whole blocks and a rest', async (n) => {
    const inverse = positive(n)
    await invertPositive(inverse, n, compileOnnx())
    for (const k of [0.3, 7, 20]) {
      const back = times(inverse, times(positive(n), wave(n, k)))
      wave(n, k).forEach((value, i) => expect(back[i]).toBeCloseTo(value, 3))
    }
  })
})
