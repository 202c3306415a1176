import fc from 'fast-check'
import { naturalLog } from './logarithm'

describe('naturalLog', () => {
  it.each([1, 2, 0.5, Math.E, 10, 1e-9, 1e9, 1e-300, 1e300, 0.7071067811865476, 1.4142135623730951, 123456.789])(
    'agrees with Math.log at %d',
    (x) => {
      expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Math.log(x))))
    },
  )

  it('agrees over a sweep of magnitudes', () => {
    for (let x = 1e-12; x < 1e12; x *= 1.37) expect(naturalLog(x)).toBeCloseTo(Math.log(x), 12)
  })

  it('keeps its error at every positive double, the smallest and the largest among them', () => {
    fc.assert(
      fc.property(fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Math.log(x))))
      }),
      { numRuns: 1000 },
    )
  })

  it('is 0 at 1 exactly, and never falls where its argument rises', () => {
    expect(naturalLog(1)).toBe(0)
    expect(naturalLog(1 - 2 ** -53)).toBeLessThan(0)
    expect(naturalLog(1 + 2 ** -52)).toBeGreaterThan(0)
    for (let x = 0.4; x < 3; x += 0.0007) expect(naturalLog(x + 0.0007)).toBeGreaterThan(naturalLog(x))
  })

  it('gives the limits that a logarithm has', () => {
    expect(naturalLog(0)).toBe(-Infinity)
    expect(naturalLog(Infinity)).toBe(Infinity)
    expect([naturalLog(-1), naturalLog(-Infinity), naturalLog(NaN)]).toEqual([NaN, NaN, NaN])
    expect(naturalLog(-0)).toBe(-Infinity)
  })
})
