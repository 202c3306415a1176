import { writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { configOf } from './data-set'

describe('the options of every command', () => {
  it('name the data set and its dictionary over what the command would take by itself', () => {
    expect(configOf({}, { name: 'demo', dictionary: 'demo' })).toMatchObject({ name: 'demo', dictionary: 'demo' })
    expect(configOf({ data: 'mine', dictionary: 'generic' }, { name: 'demo', dictionary: 'demo' })).toMatchObject({
      name: 'mine',
      dictionary: 'generic',
    })
  })

  it('name the file of all other settings', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('mine.yaml'), 'name: from-file\ntrainer: { cutMs: 7 }\n')
    const config = configOf({ config: directory.within('mine.yaml') })
    expect([config.name, config.trainer.cutMs]).toEqual(['from-file', 7])
    expect(configOf({ config: directory.within('mine.yaml'), data: 'other' }).name).toBe('other')
  })
})
