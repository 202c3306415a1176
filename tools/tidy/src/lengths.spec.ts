import { checkLengths } from './lengths'
import { spell, type TextFile } from './repository'

const found = (path: string, text: string): string[] => checkLengths([{ path, text }]).map(spell)
const statements = (count: number): string => 'count += 1\n'.repeat(count)

describe('checkLengths', () => {
  it('reports a file of 401 lines and no file of 400', () => {
    expect(found('libs/a/src/long.ts', '\n'.repeat(400))).toEqual([expect.stringContaining('has 401 lines')])
    expect(found('libs/a/src/long.ts', '\n'.repeat(399))).toEqual([])
  })

  it.each([
    ['a function', (body: string) => `export function f() {\n${body}}`],
    ['a method', (body: string) => `class A { m() {\n${body}} }`],
    ['an arrow', (body: string) => `const f = () => {\n${body}}`],
    ['a constructor', (body: string) => `class A { constructor() {\n${body}} }`],
  ])('reports %s of 71 lines at its first line, and none of 70', (_, around) => {
    expect(found('libs/a/src/f.ts', around(statements(69)))).toEqual([
      'libs/a/src/f.ts:1 a function of 71 lines; at most 70: name its parts',
    ])
    expect(found('libs/a/src/f.ts', around(statements(68)))).toEqual([])
  })

  it('lets a specification describe at length, and still bounds its file', () => {
    const suite = `describe('a', () => {\n${statements(100)}})`
    expect(found('libs/a/src/a.spec.ts', suite)).toEqual([])
    expect(found('libs/a/src/a.spec.ts', '\n'.repeat(400))).toHaveLength(1)
  })

  it('reports four parameters of a function, and six collaborators of a constructor', () => {
    expect(found('libs/a/src/f.ts', 'function f(a, b, c, d) {}')).toEqual([expect.stringContaining('4 parameters; at most 3')])
    expect(found('libs/a/src/f.ts', 'class A { constructor(a, b, c, d, e, f) {} }')).toEqual([
      expect.stringContaining('6 parameters; at most 5'),
    ])
    expect(found('libs/a/src/f.ts', 'class A { constructor(a, b, c, d, e) {} m(a, b, c) {} }')).toEqual([])
  })

  it('leaves generated code to its generator', () => {
    const generated: TextFile = { path: 'libs/contracts/src/generated/a.ts', text: '\n'.repeat(5000) }
    expect(checkLengths([generated])).toEqual([])
  })
})
