import { parse } from 'yaml'
import { IMPORT_HELP } from './help'
import { checkMapping } from './mapping'
import { IMPORT_READERS } from './sources'

describe('the help of import', () => {
  it('names every source', () => {
    for (const source of [...Object.keys(IMPORT_READERS), 'events']) expect(IMPORT_HELP).toMatch(new RegExp(`^  ${source} `, 'm'))
  })

  it('shows a mapping that is one', () => {
    const example = IMPORT_HELP.slice(IMPORT_HELP.indexOf('  columns:'))
    expect(checkMapping(parse(example), 'help')).toEqual({
      columns: { customer: 'user_id', sku: 'item_id', action: 'type', at: 'time_ms', town: 'context.city' },
      types: { bought: 'purchase', seen: 'view' },
      defaults: { type: 'view' },
      time: 'iso',
      delimiter: ';',
    })
  })
})
