import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { checks } from './index'
import { beyond, measure } from './measures'
import { readRepository, spell } from './repository'

const root = path.resolve(__dirname, '../../..')
const files = readRepository(root)

describe('the repository', () => {
  it.each([...checks])('%s', (_, check) => {
    expect(check(files).map(spell)).toEqual([])
  })

  // The goal is a line of specs for each line of source; the ratchet holds what is reached and only rises.
  it('holds the figures that its ratchet has reached', () => {
    const bounds = JSON.parse(fs.readFileSync(path.join(root, 'tools/tidy/ratchet.json'), 'utf8'))
    const measures = measure(files)
    process.stderr.write(`tidy: ${JSON.stringify(measures)}\n`)
    expect(beyond(measures, bounds)).toEqual([])
  })

  it('keeps the references of each tsconfig equal to the dependencies of its package', () => {
    const run = (): Buffer => execFileSync(process.execPath, ['tools/generate/references.mjs', '--check'], { cwd: root, stdio: 'pipe' })
    expect(run).not.toThrow()
  })
})
