import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { copyWorkspace } from './workspace-copy'

let scratch: TemporaryDirectory
let root: string
let copied: string

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** A workspace in small: one package of ours, which npm has linked, and one of others. */
beforeEach(async () => {
  scratch = await temporaryDirectory()
  ;[root, copied] = [scratch.within('root'), scratch.within('copy')]
  write('libs/a/package.json', JSON.stringify({ name: '@freshet/a' }))
  write('libs/a/src/a.ts', 'export const a = 1 < 2\n')
  write('libs/a/dist/a.js', 'old')
  write('.gitignore', 'dist\nnode_modules\n')
  write('node_modules/other/index.js', 'module.exports = 1')
  mkdirSync(join(root, 'node_modules/@freshet'))
  symlinkSync('../../libs/a', join(root, 'node_modules/@freshet/a'))
  execFileSync('git', ['init', '-q'], { cwd: root })
})
afterEach(() => scratch[Symbol.asyncDispose]())

describe('a copy of the workspace', () => {
  it('has the sources, committed or not, and nothing that git ignores', () => {
    copyWorkspace(root, copied)
    expect(readFileSync(join(copied, 'libs/a/src/a.ts'), 'utf8')).toBe('export const a = 1 < 2\n')
    expect(existsSync(join(copied, 'libs/a/dist'))).toBe(false)
  })

  it('leads to its own packages, and to the workspace’s dependencies', () => {
    copyWorkspace(root, copied)
    expect(realpathSync(join(copied, 'node_modules/@freshet/a'))).toBe(realpathSync(join(copied, 'libs/a')))
    expect(realpathSync(join(copied, 'node_modules/other'))).toBe(realpathSync(join(root, 'node_modules/other')))
  })

  it('bears a bug until it is put right again, and the workspace never does', () => {
    const { plant } = copyWorkspace(root, copied)
    const undo = plant({ name: 'turned', file: 'libs/a/src/a.ts', right: '1 < 2', wrong: '1 > 2', spec: '', test: '' })
    const texts = (): string[] => [copied, root].map((folder) => readFileSync(join(folder, 'libs/a/src/a.ts'), 'utf8'))
    expect(texts()).toEqual(['export const a = 1 > 2\n', 'export const a = 1 < 2\n'])
    undo()
    expect(texts()[0]).toBe('export const a = 1 < 2\n')
  })
})
