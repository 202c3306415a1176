import { number, secondsToMs, text, texts } from './attributes'

describe('what a cell says of an item or a user', () => {
  it('is its text, unless it is empty', () => {
    expect(text('title', 'Crime')).toEqual({ title: { kind: { $case: 'text', text: 'Crime' } } })
    expect(text('title', '')).toEqual({})
  })

  it('is those of its texts that are not empty', () => {
    expect(texts('genres', ['Drama', '', 'Crime'])).toEqual({ genres: { kind: { $case: 'texts', texts: { values: ['Drama', 'Crime'] } } } })
    expect(texts('genres', [''])).toEqual({})
    expect(texts('genres', [])).toEqual({})
  })

  it.each([
    ['7', 7],
    [' -2.5 ', -2.5],
    ['0', 0],
    ['1e3', 1000],
  ])('is the number of %j', (cell, value) => expect(number('age', cell)).toEqual({ age: { kind: { $case: 'number', number: value } } }))

  it.each(['', ' ', 'old', '1 2', 'NaN', 'Infinity', '1e999'])('is no number where %j is none', (cell) => {
    expect(number('age', cell)).toEqual({})
  })
})

describe('seconds of a file', () => {
  it.each([
    ['1', 1000],
    ['881250949', 881_250_949_000],
    ['1.0004', 1000],
    ['0.0005', 1],
    [' 2 ', 2000],
    ['-1', -1000],
  ])('are %j in milliseconds', (cell, ms) => expect(secondsToMs(cell)).toBe(ms))

  it.each(['', ' ', 'soon', 'NaN', 'Infinity', '1e300', '9007199254741'])('are 0, which a replay refuses, where %j is no time', (cell) => {
    expect(secondsToMs(cell)).toBe(0)
  })
})
