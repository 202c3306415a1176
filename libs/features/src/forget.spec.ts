import { forgetOldest } from './forget'

const record = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i % 5]))

describe('forgetting', () => {
  it('keeps the highest-ranked, and of equals the later keys', () => {
    const of = { b: 1, a: 1, c: 2, d: 0 }
    forgetOldest(of, { max: 2, events: 32 }, (rank) => rank)
    expect(of).toEqual({ b: 1, c: 2 })
  })

  it('happens now and then, by the count of events alone', () => {
    const of = record(10)
    forgetOldest(of, { max: 3, events: 31 }, (rank) => rank)
    expect(Object.keys(of)).toHaveLength(10)
    forgetOldest(of, { max: 3, events: 64 }, (rank) => rank)
    expect(Object.keys(of)).toHaveLength(3)
  })

  it('leaves a record alone that is small enough', () => {
    const of = record(3)
    forgetOldest(of, { max: 3, events: 32 }, (rank) => rank)
    expect(of).toEqual(record(3))
  })
})
