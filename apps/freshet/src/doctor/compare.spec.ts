import { compareOutputs } from './compare'

const of = (...values: number[]): Float32Array => Float32Array.from(values)

describe('what two providers computed', () => {
  it('is equal to the last bit, or not', () => {
    expect(compareOutputs({ a: of(1, NaN, -0) }, { a: of(1, NaN, -0) })).toMatchObject({ isBitEqual: true, differenceMax: 0, ulps: 0 })
    expect(compareOutputs({ a: of(0) }, { a: of(-0) })).toMatchObject({ isBitEqual: false, differenceMax: 0, ulps: 0 })
  })

  it('differs by units in the last place of the largest value of an output', () => {
    const oneUp = 1 + 2 ** -23
    expect(compareOutputs({ a: of(oneUp, 0.25) }, { a: of(1, 0.25) })).toEqual({
      output: 'a',
      isBitEqual: false,
      differenceMax: 2 ** -23,
      ulps: 1,
    })
    // a value that cancelled to almost nothing counts by what it was made of
    expect(compareOutputs({ a: of(1024, 2 ** -13) }, { a: of(1024, 0) }).ulps).toBe(1)
  })

  it('is judged by its worst output', () => {
    const worst = compareOutputs({ a: of(1 + 2 ** -22), b: of(4 + 2 ** -10), c: of(1) }, { a: of(1), b: of(4), c: of(1) })
    expect(worst).toMatchObject({ output: 'b', ulps: 2 ** 11 })
  })

  it.each([
    ['where one is no number', of(NaN), of(1)],
    ['where one is infinite', of(1), of(Infinity)],
    ['where nothing was to be there', of(1), of(0)],
  ])('is further apart than any tolerance %s, in numbers that JSON can say', (_, actual, expected) => {
    const { ulps, isBitEqual } = compareOutputs({ a: actual }, { a: expected })
    expect([ulps, isBitEqual]).toEqual([Number.MAX_VALUE, false])
  })

  it('is not equal where something is missing', () => {
    expect(compareOutputs({ a: of(1) }, { a: of(1, 2) })).toMatchObject({ isBitEqual: false, ulps: Number.MAX_VALUE })
  })
})
