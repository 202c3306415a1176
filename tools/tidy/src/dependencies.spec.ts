import { checkDependencies } from './dependencies'
import { spell, type TextFile } from './repository'

const record = (...names: string[]): TextFile => ({
  path: 'docs/adr/0002-dependencies.md',
  text: ['| package | why | licence |', '|---|---|---|', ...names.map((name) => `| \`${name}\` | because | MIT |`)].join('\n'),
})
const manifest = (folder: string, dependencies: Record<string, string>): TextFile => ({
  path: `${folder}/package.json`,
  text: JSON.stringify({ name: `@freshet/${folder.split('/')[1]}`, dependencies }),
})
const source = (text: string, path = 'libs/a/src/a.ts'): TextFile => ({ path, text })
const root: TextFile = {
  path: 'package.json',
  text: JSON.stringify({ name: '@freshet/workspace', devDependencies: { 'fast-check': '1.0.0' } }),
}
const found = (...files: TextFile[]): string[] => checkDependencies(files).map(spell)

describe('checkDependencies', () => {
  it('accepts a record, manifests and imports that agree', () => {
    expect(found(root, manifest('libs/a', { zod: '4.6.7' }), source("import { z } from 'zod'"), record('zod', 'fast-check'))).toEqual([])
  })

  it('reports a dependency without a row, and a row without a dependency', () => {
    expect(found(root, record('left-pad'))).toEqual([
      expect.stringContaining('fast-check is a dependency, but has no row with its reason'),
      expect.stringContaining('left-pad has a row, but nothing depends on it'),
    ])
  })

  it('reports a version range, and two versions of one package', () => {
    const use = source("import 'zod'")
    expect(found(manifest('libs/a', { zod: '^4.6.7' }), use, record('zod'))).toEqual([
      expect.stringContaining("zod is asked for as '^4.6.7'"),
    ])
    const other = [manifest('libs/b', { zod: '4.0.0' }), source("import 'zod'", 'libs/b/src/b.ts')]
    expect(found(manifest('libs/a', { zod: '4.6.7' }), use, ...other, record('zod'))).toHaveLength(2)
  })

  it('reports an import that its package does not declare, be it hoisted or ours', () => {
    const take = source("import { z } from 'zod/v4'\nexport { b } from '@freshet/b'\nimport fs from 'node:fs'")
    expect(found(manifest('libs/a', {}), manifest('libs/b', {}), take, record())).toEqual([
      expect.stringContaining('imports zod, which @freshet/a does not declare'),
      expect.stringContaining('imports @freshet/b, which @freshet/a does not declare'),
    ])
  })

  it('lets specs use the tools of the root and any package of ours', () => {
    const spec = source("import fc from 'fast-check'\nimport { b } from '@freshet/b'", 'libs/a/src/a.spec.ts')
    expect(found(root, manifest('libs/a', {}), manifest('libs/b', {}), spec, record('fast-check'))).toEqual([])
  })

  it('reports a declared package that nothing imports', () => {
    expect(found(manifest('libs/a', { zod: '4.6.7' }), record('zod'))).toEqual([
      'libs/a/package.json:1 declares zod, but imports it nowhere',
    ])
  })
})
