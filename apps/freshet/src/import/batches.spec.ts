import { cutIntoBatches } from './batches'

const cut = (sizes: readonly number[]): number[] =>
  cutIntoBatches(sizes, (size) => size, { records: 3, bytes: 10 }).map(({ from, to }) => to - from)

describe('batches', () => {
  it('hold as many records as may stand together', () => {
    expect(cut([1, 1, 1, 1, 1, 1, 1])).toEqual([3, 3, 1])
  })

  it('end before they grow too large, and let what is too large on its own stand alone', () => {
    expect(cut([6, 4, 1, 6, 11, 2])).toEqual([2, 2, 1, 1])
    expect(cut([20])).toEqual([1])
  })

  it('of nothing are none', () => {
    expect(cut([])).toEqual([])
  })

  it('leave nothing out, in order', () => {
    const batches = cutIntoBatches([5, 5, 5, 5], (size) => size, { records: 9, bytes: 10 })
    expect(batches).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 4 },
    ])
  })
})
