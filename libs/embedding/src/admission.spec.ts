import fc from 'fast-check'
import { Admission } from './admission'

describe('admission', () => {
  it('comes at the sighting that the threshold names', () => {
    const admission = new Admission(3)
    expect([1, 2, 3, 4].map(() => admission.admit(8, 9))).toEqual([false, false, true, true])
    expect(admission.admit(8, 10)).toBe(false)
  })

  it('is immediate, and takes no memory, at a threshold of 1', () => {
    const admission = new Admission(1)
    expect(admission.admit(8, 9)).toBe(true)
    expect(admission.counters).toHaveLength(0)
  })

  it('may come early where ids share counters, but never late', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 300 }), fc.integer({ min: 2, max: 5 }), (sightings, threshold) => {
        const admission = new Admission(threshold)
        const exact = new Map<number, number>()
        for (const id of sightings) {
          const met = (exact.get(id) ?? 0) + 1
          exact.set(id, met)
          if (met >= threshold) expect(admission.admit(id, 1)).toBe(true)
          else admission.admit(id, 1)
        }
      }),
      { numRuns: 30 }, // a megabyte of counters each
    )
  })

  it('is rarely early: fifteen in a thousand at most among a hundred thousand ids seen once', () => {
    const admission = new Admission(2)
    let early = 0
    for (let id = 1; id <= 100_000; id++) if (admission.admit(id, 7)) early++
    expect(early).toBeLessThan(1500) // both counters taken: (200,000 / 2²⁰)² at the end, a third of that on average: 1,200
  })
})
