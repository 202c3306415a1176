import fc from 'fast-check'
import { halving } from './halving'

describe('halving', () => {
  it('is two to the minus x', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 61, noNaN: true }), (x) => {
        expect(Math.abs(halving(x) / 2 ** -x - 1)).toBeLessThan(3e-6)
      }),
    )
  })

  it('is exact at whole numbers', () => {
    for (const x of [0, 1, 2, 30, 31, 32, 61]) expect(halving(x)).toBe(2 ** -x)
  })

  it('is 1 before the beginning and 0 after a long time', () => {
    expect([halving(-3), halving(62), halving(Infinity)]).toEqual([1, 0, 0])
  })
})
