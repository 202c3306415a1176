import fc from 'fast-check'
import { type Deadline, Deadlines } from './deadlines'

const inOrder = (a: Deadline, b: Deadline): number => a.atMs - b.atMs || a.offset - b.offset

describe('deadlines', () => {
  it('come due in the order of their times, and of their records where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (times, watermarkMs) => {
        const deadlines = new Deadlines()
        const all = times.map((atMs, offset) => ({ key: String(offset), atMs, offset }))
        all.forEach((deadline) => deadlines.add(deadline))
        const due = all.filter(({ atMs }) => atMs <= watermarkMs).sort(inOrder)
        expect(deadlines.due(watermarkMs)).toEqual(due)
        expect(deadlines.take(watermarkMs)).toEqual(due)
        expect(deadlines.take(Infinity)).toEqual(all.filter((deadline) => !due.includes(deadline)).sort(inOrder))
      }),
    )
  })
})
