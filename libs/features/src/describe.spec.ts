import { ItemState, UserState } from '@freshet/contracts'
import { describeItem, describeUser } from './describe'
import { compileDictionary } from './dictionary'

const dictionary = compileDictionary(`
name: test
events: { view: {} }
user:
  - { kind: id, name: user }
  - { kind: bucket, name: age, boundaries: [18] }
  - { kind: sequence, name: recent, events: [view], last: 3 }
  - { kind: total, name: busy }
item:
  - { kind: id, name: item }
  - { kind: category, name: path, slots: 2, separator: / }
  - { kind: numeric, name: price, maximum: 10 }`)

describe('a description', () => {
  it('tells a user’s features by their names', () => {
    const state = UserState.create({
      attributes: { age: { kind: { $case: 'number', number: 20 } } },
      sequences: { recent: { itemIds: ['a', 'b'], timesMs: [1, 2] } },
    })
    expect(describeUser(dictionary, state, { userId: 'u', nowMs: 5 })).toEqual({
      user: { numbers: [], texts: ['u'] },
      age: { numbers: [], texts: ['20'] },
      recent: { numbers: [], texts: ['b', 'a'] },
      busy: { numbers: [0], texts: [] },
    })
  })

  it('tells an item’s features, as many values as there are slots', () => {
    const state = ItemState.create({
      attributes: { path: { kind: { $case: 'text', text: 'a/b/c' } }, price: { kind: { $case: 'number', number: 5 } } },
    })
    expect(describeItem(dictionary, state, { itemId: 'i', nowMs: 5 })).toEqual({
      item: { numbers: [], texts: ['i'] },
      path: { numbers: [], texts: ['a', 'a/b'] },
      price: { numbers: [0.5], texts: [] },
    })
  })

  it('of somebody unknown is the id and zeros', () => {
    expect(describeUser(dictionary, undefined, { userId: 'u', nowMs: 5 })).toEqual({
      user: { numbers: [], texts: ['u'] },
      busy: { numbers: [0], texts: [] },
    })
  })
})
