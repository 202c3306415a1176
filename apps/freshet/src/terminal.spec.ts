import { InvalidFieldError, NotFoundError, UnavailableError } from '@freshet/kernel'
import { AnsweredError, count, factLines, openTerminal, reportFailure, reportMisuse, table } from './terminal'

const capture = () => {
  const written = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof written) => ({ write: (text: string) => (written[stream] += text) })
  return { written, output: { stdout: into('stdout'), stderr: into('stderr') } }
}

describe('a terminal', () => {
  it('answers a person with text and a program with one document; lines stay lines', () => {
    const { written, output } = capture()
    openTerminal(output, false).answer({ a: 1 }, 'one')
    openTerminal(output, true).answer({ a: 1 }, 'one')
    openTerminal(output, true).line({ b: 2 }, 'two')
    expect(written.stdout).toBe('one\n{\n  "a": 1\n}\n{"b":2}\n')
  })

  it('keeps its notes off the answer', () => {
    const { written, output } = capture()
    openTerminal(output, true).note('hosting')
    expect(written).toEqual({ stdout: '', stderr: 'hosting\n' })
  })
})

describe('a failure', () => {
  it.each([
    [new NotFoundError('item', 'x', 'upsert it'), 1, "freshet: item 'x' does not exist; upsert it\n"],
    [new UnavailableError('ingest', 'start it'), 3, 'freshet: ingest is not available; start it\n'],
    ['a text', 1, 'freshet: a text\n'],
  ])('%p ends the process with %i', (error, code, said) => {
    const { written, output } = capture()
    expect(reportFailure(output, error, false)).toBe(code)
    expect(written).toEqual({ stdout: '', stderr: said })
  })

  it('that nobody foresaw shows where it happened', () => {
    const { written, output } = capture()
    expect(reportFailure(output, new TypeError('oops'), false)).toBe(1)
    expect(written.stderr).toMatch(/^freshet: TypeError: oops\n +at /)
  })
})

describe('a table', () => {
  it('aligns words to the left and numbers to the right, and trails no spaces', () => {
    const rows = [
      ['name', 'step', 'size', ''],
      ['a', '7', '1.5 MiB', ''],
      ['long', '1,200', '10.0 MiB', 'x'],
    ]
    expect(table(rows)).toBe(['name  step   size', 'a         7   1.5 MiB', 'long  1,200  10.0 MiB  x'].join('\n'))
  })
})

describe('a table of unequal rows', () => {
  it('keeps the columns of its long rows, whatever short ones stand between them', () => {
    const rows = [['layer', 'parameters', 'x'], ['weight'], ['a', '7', 'y'], []]
    expect(table(rows)).toBe(['layer   parameters  x', 'weight', 'a                7  y', ''].join('\n'))
  })

  it('takes a number with a sign, a unit or a fraction for one, and nothing else', () => {
    const widthOf = (cell: string): string =>
      table([
        ['wide column', 'x'],
        [cell, 'x'],
      ]).split('\n')[1]
    for (const number of ['-1', '1,234.5', '10 %', '3 s', '2.0 MiB', '7 ex/s']) expect(widthOf(number)).toBe(`${number.padStart(11)}  x`)
    for (const word of ['v-1', '1 of 2', '–', '', '1.', 'a 1']) expect(widthOf(word)).toBe(`${word.padEnd(11)}  x`)
  })

  it('of nothing is nothing', () => expect(table([])).toBe(''))
})

describe('a failure told to a program', () => {
  it('is one document with code, message and facts, beside the words for people', () => {
    const { written, output } = capture()
    const error = new InvalidFieldError({ field: 'limit', value: 0, rule: 'it is more', remedy: 'ask for more' })
    expect(reportFailure(output, error, true)).toBe(2)
    expect(JSON.parse(written.stdout)).toEqual({
      error: {
        ...{ code: 'INVALID_FIELD', retryable: false, message: 'limit is 0, but it is more; ask for more' },
        ...{ field: 'limit', value: '0', rule: 'it is more', remedy: 'ask for more' },
      },
    })
    expect(written.stderr).toBe('freshet: limit is 0, but it is more; ask for more\n')
  })

  it('has no code of ours where nobody foresaw it', () => {
    const { written, output } = capture()
    expect(reportFailure(output, new TypeError('oops'), true)).toBe(1)
    expect(JSON.parse(written.stdout)).toEqual({ error: { code: 'INTERNAL', message: 'TypeError: oops', retryable: false } })
  })

  it('adds nothing to an answer that says already what is wrong', () => {
    const { written, output } = capture()
    expect(reportFailure(output, new AnsweredError('one thing is wrong'), true)).toBe(1)
    expect(written).toEqual({ stdout: '', stderr: '' })
  })

  it('says wrong usage as a refused field', () => {
    const { written, output } = capture()
    reportMisuse(output, "unknown option '--x'")
    expect(JSON.parse(written.stdout)).toEqual({ error: { code: 'INVALID_FIELD', message: "unknown option '--x'", retryable: false } })
  })
})

it('a count has its thousands apart, and no fraction', () => {
  expect([0, 999, 1234567.89, -1234, NaN].map(count)).toEqual(['0', '999', '1,234,568', '-1,234', 'NaN'])
})

describe('the facts of one thing', () => {
  it('stand below each other, whatever they are: a number is not moved away from its name', () => {
    const words = 'a long reason that is wider than any number'
    expect(factLines([['offset', '7'], ['why', words], ['field', '']])).toBe(`offset  7\nwhy     ${words}\nfield`) // prettier-ignore
  })
})
