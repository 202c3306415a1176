import { beyond, measure, type Bound, type Measures } from './measures'
import type { TextFile } from './repository'

const source = (text: string, path = 'libs/a/src/a.ts'): TextFile => ({ path, text })

describe('measure', () => {
  it('counts any and non-null assertions in sources, and neither in specs', () => {
    const text = 'const a: any = 1\nconst b = a!.c'
    expect(measure([source(text), source(text, 'libs/a/src/a.spec.ts')])).toMatchObject({ anyPerThousandLines: 500, nonNullAssertions: 1 })
  })

  it('takes the share of typed errors among those thrown', () => {
    const text = "throw new Error('a')\nthrow new NotFoundError('b')\nthrow new NotFoundError('c')\nthrow new RangeError('d')\nthrow error"
    expect(measure([source(text)]).typedThrowShare).toBe(0.5)
    expect(measure([source('')]).typedThrowShare).toBe(1)
  })

  it('sets the lines of specs against the lines of sources, generated code left out', () => {
    const files = [
      source('a\nb\n'),
      source('a\n', 'libs/a/src/a.spec.ts'),
      source('a\n', 'libs/testing/src/b.ts'),
      source('\n\n\n', 'libs/c/src/generated/c.ts'),
    ]
    expect(measure(files).specLinesPerSourceLine).toBeCloseTo(4 / 3)
  })

  it('takes the ninth decile of file and function lengths', () => {
    const files = Array.from({ length: 10 }, (_, i) => source(`function f() {${'\n'.repeat(i)}}`, `libs/a/src/${i}.ts`))
    expect(measure(files)).toMatchObject({ fileLinesP90: 10, functionLinesP90: 10 })
  })
})

describe('beyond', () => {
  const measures = measure([source('const a: any = 1')])
  const bounds = (changed: Partial<Record<keyof Measures, Bound>>): Record<keyof Measures, Bound> => ({
    fileLinesP90: { atMost: 136 },
    functionLinesP90: { atMost: 26 },
    anyPerThousandLines: { atMost: 1000 },
    nonNullAssertions: { atMost: 0 },
    typedThrowShare: { atLeast: 0.98 },
    specLinesPerSourceLine: { atLeast: 0 },
    ...changed,
  })

  it('is silent within the bounds and names each measure outside them', () => {
    expect(beyond(measures, bounds({}))).toEqual([])
    expect(beyond(measures, bounds({ anyPerThousandLines: { atMost: 0.3 }, specLinesPerSourceLine: { atLeast: 1 } }))).toEqual([
      'anyPerThousandLines is 1000, and may be at most 0.3',
      'specLinesPerSourceLine is 0, and must be at least 1',
    ])
  })
})
