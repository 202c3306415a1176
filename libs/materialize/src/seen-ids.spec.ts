import fc from 'fast-check'
import { SeenIds } from './seen-ids'

describe('seen ids', () => {
  it('agree with a Map under any history', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(3))), (history) => {
        const seen = new SeenIds()
        const naive = new Map<string, number>()
        history.forEach(([lo, hi], number) => {
          seen.take({ lo, hi }, number, 0)
          naive.set(`${lo},${hi}`, number)
        })
        for (let lo = 0; lo <= 40; lo++) for (let hi = 0; hi <= 3; hi++) expect(seen.numberOf(lo, hi)).toBe(naive.get(`${lo},${hi}`) ?? -1)
      }),
    )
  })

  it('make room for more, and drop what may be forgotten only then', () => {
    const seen = new SeenIds()
    for (let number = 0; number < 5000; number++) seen.take({ lo: number * 7, hi: number }, number, 4000)
    for (let number = 4000; number < 5000; number++) expect(seen.numberOf(number * 7, number)).toBe(number)
    expect(seen.numberOf(0, 0)).toBe(-1)
  })
})
