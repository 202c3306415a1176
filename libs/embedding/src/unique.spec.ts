import fc from 'fast-check'
import { EMPTY, unique } from './index'

describe('unique', () => {
  it('keeps ids in the order of their first occurrence and points each occurrence at its own', () => {
    const { count, ids, index } = unique(Uint32Array.of(5, 1, 7, 1, 5, 1, 5, 2, 7, 1), 5)
    expect(count).toBe(3)
    expect([...ids]).toEqual([5, 1, 7, 1, 5, 2])
    expect([...index]).toEqual([0, 1, 0, 2, 1])
  })

  it('leaves the empty pair out, though not an id of which one half is zero', () => {
    const { count, index } = unique(Uint32Array.of(0, 0, 0, 9, 9, 0, 0, 0), 4)
    expect(count).toBe(2)
    expect([...index]).toEqual([EMPTY, 0, 1, EMPTY])
  })

  it('reads n occurrences and not the rest of the buffer', () => {
    expect(unique(Uint32Array.of(1, 1, 2, 2, 3, 3), 2).count).toBe(2)
    expect(unique(Uint32Array.of(1, 1), 0)).toEqual({ count: 0, ids: new Uint32Array(0), index: new Uint32Array(0) })
  })

  it('is not confused by the batch before, larger or smaller', () => {
    unique(
      Uint32Array.from({ length: 2000 }, (_, i) => i + 1),
      1000,
    )
    expect([...unique(Uint32Array.of(3, 3, 3, 3, 1, 2), 3).index]).toEqual([0, 0, 1])
  })

  it('agrees with a Map for any ids', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 200 }), (pairs) => {
        const result = unique(Uint32Array.from(pairs.flat()), pairs.length)
        const positions = new Map<string, number>()
        const expected = pairs.map(([lo, hi]) => {
          if (lo === 0 && hi === 0) return EMPTY
          const position = positions.get(`${lo},${hi}`) ?? positions.size
          positions.set(`${lo},${hi}`, position)
          return position
        })
        expect([...result.index]).toEqual(expected)
        expect(result.ids).toHaveLength(2 * positions.size)
        result.index.forEach((at, i) => at !== EMPTY && expect([...result.ids.subarray(2 * at, 2 * at + 2)]).toEqual(pairs[i]))
      }),
    )
  })
})
