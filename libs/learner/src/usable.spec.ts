import { isUsable32 } from './usable'

const among = (value: number, length = 9): Float32Array[] =>
  Array.from({ length }, (_, at) => Float32Array.from({ length }, (__, i) => (i === at ? value : -1)))

describe('usable numbers', () => {
  it.each([0, -0, 1e-45, -3, 1e34, -1e34])('hold %p, wherever it stands', (value) => {
    expect(among(value).map(isUsable32)).not.toContain(false)
  })

  it.each([Infinity, -Infinity, NaN, 2e34, -3e38])('do not hold %p, wherever it stands', (value) => {
    expect(among(value).map(isUsable32)).not.toContain(true)
  })

  it('add up to finite ones, however many there are', () => {
    expect(Number.isFinite(Math.fround(1e34 * 10_000))).toBe(true)
  })

  it('are told from a view into a buffer as from a whole one', () => {
    const whole = Float32Array.of(NaN, 1, 2, 3, NaN)
    expect(isUsable32(whole.subarray(1, 4))).toBe(true)
    expect(isUsable32(whole.subarray(1))).toBe(false)
    expect(isUsable32(new Float32Array(0))).toBe(true)
  })
})
