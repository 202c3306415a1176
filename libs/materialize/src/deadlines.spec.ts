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

  it('are taken until they weigh enough, the rest the next time', () => {
    const deadlines = new Deadlines()
    const weights = [3, 1, 4, 1, 5]
    for (const [offset, weight] of weights.entries()) deadlines.add({ key: String(offset), atMs: 0, offset, weight })
    const keys = (): string[] => deadlines.take(0, 4).map(({ key }) => key)
    expect([keys(), keys(), keys()]).toEqual([['0', '1'], ['2'], ['3', '4']])
  })
})
