import { reshapeTarget } from './reshape-target'

describe('the target of a reshape', () => {
  it.each([
    ['a symbol that stays on its axis', ['B', 6], ['B', 2, 3], [0, 2, 3]],
    ['one that moves', ['B', 6], [6, 'B'], [6, -1]],
    ['one that moves behind new axes', ['B', 4], [2, 2, 'B'], [2, 2, -1]],
    ['two that stay', ['B', 'C', 2], ['B', 'C', 2, 1], [0, 0, 2, 1]],
    ['two of which one moves', ['B', 2, 'C'], ['B', 'C', 2], [0, -1, 2]],
    ['none', [2, 3], [6], [6]],
    ['a scalar', [1, 1], [], []],
  ])('says %s', (_, from, to, target) => expect(reshapeTarget(from, to)).toEqual(target))

  it('is refused with two symbols that move, naming both shapes', () => {
    expect(() => reshapeTarget(['B', 'C'], ['C', 'B'])).toThrow(
      'reshape: expected at most one symbol of [B, C] on another axis, got [C, B]',
    )
  })
})
