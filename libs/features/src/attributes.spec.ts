import type { AttributeValue } from '@freshet/contracts'
import { numberOf, textsOf, vectorOf } from './attributes'

const attributes: Record<string, AttributeValue> = {
  text: { kind: { $case: 'text', text: 'a/b' } },
  digits: { kind: { $case: 'text', text: ' 12.5 ' } },
  empty: { kind: { $case: 'text', text: '' } },
  texts: { kind: { $case: 'texts', texts: { values: ['x', 'y/z'] } } },
  number: { kind: { $case: 'number', number: 7 } },
  infinite: { kind: { $case: 'number', number: Infinity } },
  flag: { kind: { $case: 'flag', flag: true } },
  vector: { kind: { $case: 'vector', vector: { values: [1, 2] } } },
  nothing: { kind: undefined },
}

describe('an attribute', () => {
  it('read as texts is its value or values', () => {
    expect(Object.keys(attributes).map((name) => textsOf(attributes, name))).toEqual([
      ['a/b'],
      [' 12.5 '],
      [],
      ['x', 'y/z'],
      ['7'],
      ['Infinity'],
      ['true'],
      [],
      [],
    ])
  })

  it('read by levels is each path from the top', () => {
    expect(textsOf(attributes, 'text', '/')).toEqual(['a', 'a/b'])
    expect(textsOf(attributes, 'texts', '/')).toEqual(['x', 'y', 'y/z'])
    expect(textsOf(attributes, 'text', '|')).toEqual(['a/b'])
  })

  it('read as a number is finite, or missing', () => {
    expect(Object.keys(attributes).map((name) => numberOf(attributes, name))).toEqual([
      undefined,
      12.5,
      undefined,
      undefined,
      7,
      undefined,
      1,
      undefined,
      undefined,
    ])
  })

  it('read as a vector is its numbers, or none', () => {
    expect([vectorOf(attributes, 'vector'), vectorOf(attributes, 'number')]).toEqual([[1, 2], []])
  })

  it('that nobody has set is missing in every way', () => {
    for (const set of [attributes, undefined]) {
      expect([textsOf(set, 'other'), numberOf(set, 'other'), vectorOf(set, 'other')]).toEqual([[], undefined, []])
    }
  })
})
