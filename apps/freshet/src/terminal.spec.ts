import { NotFoundError, UnavailableError } from '@freshet/kernel'
import { factLines, openTerminal, reportFailure, table } from './terminal'

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

describe('the facts of one thing', () => {
  it('stand below each other, whatever they are: a number is not moved away from its name', () => {
    const words = 'a long reason that is wider than any number'
    expect(factLines([['offset', '7'], ['why', words], ['field', '']])).toBe(`offset  7\nwhy     ${words}\nfield`) // prettier-ignore
  })
})
