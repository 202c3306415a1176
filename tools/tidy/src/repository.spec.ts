import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readRepository } from './repository'

describe('readRepository', () => {
  it('reads what people write and passes over what is built, installed or running', () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-tidy-'))
    for (const file of [
      'README.md',
      '.ci/run',
      'libs/a/src/a.ts',
      'node_modules/b/b.ts',
      'libs/a/dist/a.js',
      '.freshet/demo/meta.json',
      'docs/photo.png',
    ]) {
      fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
      fs.writeFileSync(path.join(root, file), file)
    }
    expect(readRepository(root)).toEqual([
      { path: '.ci/run', text: '.ci/run' },
      { path: 'README.md', text: 'README.md' },
      { path: 'libs/a/src/a.ts', text: 'libs/a/src/a.ts' },
    ])
    fs.rmSync(root, { recursive: true })
  })
})
