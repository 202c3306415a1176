import fc from 'fast-check'
import { RowSet } from './row-set'

describe('a set of rows', () => {
  it('holds each once and gives them rising, as a set of numbers would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9000)), (added) => {
        const set = new RowSet()
        const seen = new Set<number>()
        for (const row of added) {
          expect(set.add(row)).toBe(!seen.has(row))
          seen.add(row)
        }
        expect([...set.rows()]).toEqual([...seen].sort((a, b) => a - b))
        expect(set.size).toBe(seen.size)
        expect([...set.between(37, 4100)]).toEqual([...set.rows()].filter((row) => row >= 37 && row < 4100))
      }),
    )
  })

  it('takes in another one', () => {
    const [one, other] = [new RowSet(), new RowSet()]
    for (const row of [1, 31, 32]) one.add(row)
    for (const row of [32, 33, 100_000]) other.add(row)
    one.addAll(other)
    expect([...one.rows()]).toEqual([1, 31, 32, 33, 100_000])
  })
})
