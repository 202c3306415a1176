import { ShownHistories } from './shown-histories'

const LISTS = [[5, 3, 5], [], [1, 2, 4]]
const half = new ShownHistories(LISTS, { hidden: 0.5, seed: 1 })

/** Which of many places are shown. */
const shown = (histories: ShownHistories, example: number, epoch: number): boolean[] =>
  Array.from({ length: 200 }, (_, place) => histories.isShown(example, epoch, place))

describe('ShownHistories', () => {
  it('has each item once, and counts on over the users that have something', () => {
    expect(half.lists).toEqual([[5, 3], [], [1, 2, 4]])
    expect([0, 1, 2, 3].map((example) => half.userOf(example))).toEqual([0, 2, 0, 2])
  })

  it('hides the share that it is told', () => {
    const count = (hidden: number): number => shown(new ShownHistories(LISTS, { hidden, seed: 1 }), 0, 1).filter(Boolean).length
    expect([count(0), count(1)]).toEqual([200, 0])
    expect(count(0.75)).toBeGreaterThan(30)
    expect(count(0.75)).toBeLessThan(70)
  })

  it('hides other parts in other passes, epochs and seeds, and the same ones again', () => {
    const one = shown(half, 0, 1)
    expect(shown(half, 0, 1)).toEqual(one)
    expect(shown(half, 2, 1)).not.toEqual(one) // the same user, a pass later
    expect(shown(half, 0, 2)).not.toEqual(one)
    expect(shown(new ShownHistories(LISTS, { hidden: 0.5, seed: 2 }), 0, 1)).not.toEqual(one)
  })
})
