import { logSumExp, scan } from './scan'

describe('the exact scan', () => {
  it.each([1, 3, 4, 7, 16])('gives the product with every vector, %i wide', (width) => {
    const count = 9
    const vectors = Float32Array.from({ length: count * width }, (_, i) => Math.sin(i))
    const query = Float32Array.from({ length: width }, (_, i) => Math.cos(i))
    const out = new Float32Array(count)
    scan({ vectors, width, count }, query, out)
    const expected = Array.from(out, (_, i) => query.reduce((sum, x, k) => sum + x * vectors[i * width + k], 0))
    out.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5))
  })
})

describe('the log-sum-exp', () => {
  it('is the logarithm of the sum, without overflow', () => {
    expect(logSumExp(Float32Array.of(1, 2, 3), Uint8Array.of(1, 1, 1), 3)).toBeCloseTo(
      Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)),
      12,
    )
    expect(logSumExp(Float32Array.of(1000, 1000), Uint8Array.of(1, 1), 2)).toBeCloseTo(1000 + Math.log(2), 9)
  })

  it('leaves out what is not allowed, and what has no vector', () => {
    expect(logSumExp(Float32Array.of(1, 50, -Infinity), Uint8Array.of(1, 0, 1), 3)).toBeCloseTo(1, 12)
    expect(logSumExp(Float32Array.of(1), Uint8Array.of(0), 1)).toBe(0)
  })
})
