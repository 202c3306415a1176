import { checkDocumentation, checkUnusedExports } from './exports'
import { spell, type Check, type TextFile } from './repository'

const manifest = (name: string): string =>
  JSON.stringify({ name: `@freshet/${name}`, exports: { '.': { '@freshet/source': './src/index.ts' } } })

/** Two packages: a, whose files are planted, and b, which may take from it. */
const planted = (files: Record<string, string>): TextFile[] =>
  Object.entries({ 'libs/a/package.json': manifest('a'), 'libs/b/package.json': manifest('b'), ...files }).map(([path, text]) => ({
    path,
    text,
  }))
const found = (check: Check, files: Record<string, string>): string[] => check(planted(files)).map(spell)

describe('checkUnusedExports', () => {
  it('reports a name of an index that no other package and no spec takes', () => {
    const files = {
      'libs/a/src/index.ts': "export * from './one'",
      'libs/a/src/one.ts': 'export const one = 1',
      'libs/a/src/two.ts': "import { one } from './one'",
    }
    expect(found(checkUnusedExports, files)).toEqual([
      'libs/a/src/one.ts:1 one leaves its package, but no other package and no spec takes it',
    ])
  })

  it.each([
    ['another package', { 'libs/b/src/b.ts': "import { one } from '@freshet/a'" }],
    ['another package, under a name of its own', { 'libs/b/src/b.ts': "import { one as uno } from '@freshet/a'" }],
    ['another package, as part of all', { 'libs/b/src/b.ts': "import * as a from '@freshet/a'" }],
    ['another package, when it runs', { 'libs/b/src/b.ts': "const { one } = await import('@freshet/a')" }],
    ['a spec of its own', { 'libs/a/src/one.spec.ts': "import { one } from './one'" }],
  ])('accepts it where the taker is %s', (_, taker) => {
    const files = { 'libs/a/src/index.ts': "export { one } from './one'", 'libs/a/src/one.ts': 'export const one = 1', ...taker }
    expect(found(checkUnusedExports, files)).toEqual([])
  })

  it('reports an inner export that no other file takes, and accepts one that some file does', () => {
    const inner = { 'libs/a/src/one.ts': 'export const one = 1\nexport function idle() {}' }
    expect(found(checkUnusedExports, { ...inner, 'libs/a/src/two.ts': "import { one } from './one'" })).toEqual([
      'libs/a/src/one.ts:2 idle is exported, but no other file takes it',
    ])
  })

  it('counts a type as used with the declaration that mentions it, through as many steps as it takes', () => {
    const files = {
      'libs/a/src/index.ts': "export * from './one'\nexport * from './types'",
      'libs/a/src/types.ts':
        'export interface Inner { n: number }\nexport interface Outer { inner: Inner }\nexport interface Idle { n: number }',
      'libs/a/src/one.ts': "import type { Outer } from './types'\nexport const one = (o: Outer) => o",
      'libs/b/src/b.ts': "import { one } from '@freshet/a'",
    }
    expect(found(checkUnusedExports, files)).toEqual([expect.stringContaining('Idle leaves its package')])
  })

  it('is not satisfied by a re-export alone', () => {
    const files = { 'libs/a/src/one.ts': 'export const one = 1', 'libs/a/src/two.ts': "export { one as two } from './one'" }
    expect(found(checkUnusedExports, files)).toEqual([expect.stringContaining('one is exported, but no other file takes it')])
  })
})

describe('checkDocumentation', () => {
  const index = { 'libs/a/src/index.ts': "export { one } from './one'" }

  it('reports what leaves its package without a docstring', () => {
    expect(found(checkDocumentation, { ...index, 'libs/a/src/one.ts': '// no docstring\nexport const one = 1' })).toEqual([
      'libs/a/src/one.ts:2 one is exported by its package and has no docstring',
    ])
  })

  it('accepts what says what it is, and what stays inside', () => {
    expect(
      found(checkDocumentation, {
        ...index,
        'libs/a/src/one.ts': '/** The first number. */\nexport const one = 1\nexport const inner = 2',
      }),
    ).toEqual([])
  })
})
