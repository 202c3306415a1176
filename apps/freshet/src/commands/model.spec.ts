import { readFileSync } from 'node:fs'
import { openStage, type Stage } from '../services.fixture'

describe('freshet model show', () => {
  let stage: Stage
  beforeAll(async () => (stage = await openStage()))
  afterAll(() => stage[Symbol.asyncDispose]())

  it('explains what the data set that runs declares, and what its trainer has made of it', async () => {
    const { code, stdout, stderr } = await stage.run('model', 'show')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^wide-and-deep ranks, two-tower recalls; dictionary 'generic'[\s\S]*after step 1,234[\s\S]*rank\/deep/)
  })

  it('is one document to a program', async () => {
    const { stdout } = await stage.run('model', 'show', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ dictionary: { name: 'generic' }, live: { step: 1234 }, tables: [{ name: 'rows' }] })
  })

  it('draws a picture where one is asked for, and refuses where it cannot', async () => {
    const file = stage.directory.within('model.svg')
    expect((await stage.run('model', 'show', '--svg', file)).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg/)
    const nowhere = await stage.run('model', 'show', '--svg', stage.directory.within('not/there.svg'))
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('but it cannot be written (ENOENT: no such file or directory'),
    ])
    expect((await stage.run('model', 'show', 'v1', '--svg', file)).stderr).toContain(
      'a version has no picture of its own; leave the version out',
    )
  })

  it('names the data sets that there are where another is asked for', async () => {
    const { code, stderr } = await stage.run('model', 'show', '--data', 'other')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/data set '.*other' does not exist; there are: staged/)])
  })
})
