import { broadcastShapes, cellCount, sameShape, ShapeError, spellShape, spellVolume } from './shape'

describe('broadcastShapes', () => {
  it.each([
    ['equal shapes', ['B', 3], ['B', 3], ['B', 3]],
    ['a row and a column', [1, 3], ['B', 1], ['B', 3]],
    ['a missing axis', [3], ['B', 3], ['B', 3]],
    ['a scalar', [], ['B', 2, 3], ['B', 2, 3]],
    ['a symbol on both axes', ['B', 1], [1, 'B'], ['B', 'B']],
  ])('joins %s', (_, a, b, joined) => {
    expect(broadcastShapes('add', a, b)).toEqual(joined)
    expect(broadcastShapes('add', b, a)).toEqual(joined)
  })

  it('refuses two lengths that differ, naming operation and axis', () => {
    expect(() => broadcastShapes('add', ['B', 3], ['B', 2])).toThrow('add: expected [B, 3] and [B, 2] equal or 1 on axis 1, got 3 and 2')
  })

  it('takes a symbol for no number, whatever it may turn out to be', () => {
    expect(() => broadcastShapes('multiply', ['B'], [3])).toThrow(ShapeError)
    expect(() => broadcastShapes('multiply', ['B'], ['C'])).toThrow(ShapeError)
  })
})

describe('a shape', () => {
  it('equals another on every axis or not at all', () => {
    expect(sameShape(['B', 2], ['B', 2])).toBe(true)
    expect(sameShape(['B', 2], ['B'])).toBe(false)
    expect(sameShape(['B'], [2])).toBe(false)
  })

  it('is spelt as people write it', () => {
    expect(spellShape(['B', 16])).toBe('[B, 16]')
  })

  it('has one cell where it has no axes', () => {
    expect(cellCount([])).toBe(1)
    expect(cellCount([2, 3, 4])).toBe(24)
    expect(cellCount([2, 0])).toBe(0)
  })

  it('keeps its volume when axes are joined or turned', () => {
    expect(spellVolume(['B', 2, 3])).toBe(spellVolume([6, 'B']))
    expect(spellVolume(['B', 2])).not.toBe(spellVolume(['B', 'B', 2]))
  })
})
