import { checkNames } from './names'
import { spell } from './repository'

const found = (path: string, text = ''): string[] => checkNames([{ path, text }]).map(spell)

describe('checkNames', () => {
  it.each(['libs/a/src/utils.ts', 'libs/helpers/src/a.ts', 'libs/common/src/a.ts', 'docs/misc.md', 'libs/a/src/queue-manager.ts'])(
    'reports the path %s',
    (path) => {
      expect(found(path)).toEqual([expect.stringContaining('in a path says nothing')])
    },
  )

  it.each(['export class ModelManager {}', 'export const dateUtils = {}', 'function parseHelper() {}', 'interface MiscOptions {}'])(
    'reports the declaration %s',
    (text) => {
      expect(found('libs/a/src/a.ts', text)).toEqual([expect.stringContaining('libs/a/src/a.ts:1')])
    },
  )

  it('accepts names that only contain such a word, and "common" as an adjective', () => {
    expect(found('libs/communication/src/utilisation.ts', 'export const commonPrefix = 1; const helperless = 2')).toEqual([])
  })
})
