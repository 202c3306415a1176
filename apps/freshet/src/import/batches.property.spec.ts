import fc from 'fast-check'
import { cutIntoBatches } from './batches'

const sizes = fc.array(fc.nat(12), { maxLength: 30 })
const bounds = fc.record({ records: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 12 }) })

describe('batches of anything', () => {
  it('hold everything once, in order, within both bounds unless a record is too large on its own', () => {
    fc.assert(
      fc.property(sizes, bounds, (list, { records, bytes }) => {
        const batches = cutIntoBatches(list, (size) => size, { records, bytes })
        expect(batches.flatMap(({ from, to }) => list.slice(from, to))).toEqual(list)
        expect(batches.map(({ from }) => from)).toEqual([0, ...batches.map(({ to }) => to)].slice(0, batches.length))
        for (const { from, to } of batches) {
          expect(to - from).toBeGreaterThan(0)
          expect(to - from).toBeLessThanOrEqual(records)
          if (to - from > 1) expect(list.slice(from, to).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes)
        }
      }),
    )
  })

  it('are as few as they can be without another order', () => {
    fc.assert(
      fc.property(sizes, bounds, (list, { records, bytes }) => {
        const batches = cutIntoBatches(list, (size) => size, { records, bytes })
        batches.slice(1).forEach(({ from }, i) => {
          const before = list.slice(batches[i].from, from)
          const room = before.length < records && before.reduce((sum, size) => sum + size, 0) + list[from] <= bytes
          expect(room).toBe(false)
        })
      }),
    )
  })
})
