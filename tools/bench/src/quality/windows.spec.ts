import { windowsOf } from './windows'

describe('windowsOf', () => {
  it('cuts from the newest end, neighbours sharing one item', () => {
    expect(windowsOf([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([[5, 6, 7], [3, 4, 5], [1, 2, 3]]) // prettier-ignore
    expect(windowsOf([1, 2, 3, 4, 5, 6], 3)).toEqual([[4, 5, 6], [2, 3, 4], [1, 2]]) // prettier-ignore
  })

  it('keeps what is short whole', () => {
    expect(windowsOf([1, 2], 3)).toEqual([[1, 2]])
    expect(windowsOf([1], 3)).toEqual([[1]])
    expect(windowsOf([], 3)).toEqual([])
  })

  it.each([2, 3, 5, 50])('lets every item but the first follow exactly once, in windows of %d', (length) => {
    const sequence = Array.from({ length: 23 }, (_, i) => i)
    const followed = windowsOf(sequence, length).flatMap((window) => window.slice(1))
    expect(followed.sort((a, b) => a - b)).toEqual(sequence.slice(1))
  })
})
