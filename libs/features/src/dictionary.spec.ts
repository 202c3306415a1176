import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InvalidFieldError } from '@freshet/kernel'
import { builtInDictionaries, builtInDictionary } from './built-in'
import { dictionarySchema } from './declared-dictionary'
import { compileDictionary, meaningOf } from './dictionary'

const MINIMAL = `
name: minimal
events:
  view: {}
  buy: { label: positive, consumes: true }
  rate: { label: { atLeast: 4 }, explicit: true }
  shown: { impression: true, label: positive }
user: [{ kind: id, name: user }, { kind: category, name: plan, slots: 2 }]
item: [{ kind: id, name: item }, { kind: numeric, name: price, maximum: 10 }]
`

const list = (count: number, spell: (i: number) => string, between: string): string =>
  Array.from({ length: count }, (_, i) => spell(i)).join(between)

describe('a text that is read again', () => {
  it('gives the same dictionary, until so many others have been read since', () => {
    const first = compileDictionary(MINIMAL)
    for (let i = 0; i < 15; i++) compileDictionary(`${MINIMAL}negatives: ${i}`)
    expect(compileDictionary(MINIMAL)).toBe(first)
    for (let i = 0; i < 16; i++) compileDictionary(`${MINIMAL}negatives: ${i}`)
    expect(compileDictionary(MINIMAL)).not.toBe(first)
    expect(compileDictionary(MINIMAL).hash).toBe(first.hash)
  })

  it('is refused each time where it is none', () => {
    for (let i = 0; i < 2; i++) expect(() => compileDictionary(`${MINIMAL}nonsense: 1`)).toThrow(InvalidFieldError)
  })
})

describe('a dictionary', () => {
  it('places features one after the other in the order of declaration', () => {
    const { layout } = compileDictionary(`${MINIMAL}
cross: [{ kind: pair, name: did, events: [view, buy] }]
context: [{ kind: hour, name: hour }]`)
    expect(layout.user).toEqual({
      fields: [
        { name: 'user', start: 0, length: 1 },
        { name: 'plan', start: 1, length: 2 },
      ],
      ids: 3,
      numbers: 0,
      numberNames: [],
    })
    expect(layout.item).toMatchObject({ ids: 1, numbers: 1, numberNames: ['price'] })
    expect(layout.cross).toMatchObject({
      fields: [{ name: 'hour', start: 0, length: 1 }],
      numberNames: ['did_view', 'did_buy', 'did_recency'],
    })
  })

  it('says what each type of event means, and nothing of others', () => {
    const dictionary = compileDictionary(MINIMAL)
    expect(meaningOf(dictionary, 'view')).toMatchObject({ index: 0, label: undefined, consumes: false, touches: true })
    expect(meaningOf(dictionary, 'buy')).toMatchObject({ index: 1, label: 'positive', consumes: true, weight: 1 })
    expect(meaningOf(dictionary, 'rate')).toMatchObject({ label: { atLeast: 4 }, explicit: true })
    expect(meaningOf(dictionary, 'shown')).toMatchObject({ impression: true, label: undefined })
    expect(meaningOf(dictionary, 'steal')).toBeUndefined()
  })

  it('is the same under comments, spelling and what only concerns answers', () => {
    const { hash } = compileDictionary(MINIMAL)
    expect(hash).toMatch(/^[0-9a-f]{16}$/)
    expect(compileDictionary(`# a comment\n${MINIMAL}\narrange: { recallWeight: 2 }`).hash).toBe(hash)
    expect(compileDictionary(MINIMAL.replace('slots: 2', 'slots: 3')).hash).not.toBe(hash)
    expect(compileDictionary(MINIMAL.replace('view: {}', 'view: { weight: 2 }')).hash).not.toBe(hash)
  })

  it.each([
    ['user.1.colour', `${MINIMAL.replace('slots: 2', 'colour: red')}`, 'no such key exists there'],
    ['frobnicate', `${MINIMAL}\nfrobnicate: 1`, 'no such key exists there'],
    ['user.1.slots', MINIMAL.replace('slots: 2', 'slots: 0'), 'Too small'],
    ['user.1.name', MINIMAL.replace('name: plan', 'name: user'), 'another feature has that name'],
    ['name', MINIMAL.replace('name: minimal', 'name: A B'), 'names consist of'],
    [
      'item.0.events',
      MINIMAL.replace('{ kind: id, name: item }', '{ kind: count, name: n, events: [steal], windowMs: 1 }'),
      'view, buy, rate',
    ],
    ['events', MINIMAL.replace('events:', `events:\n${list(32, (i) => `  e${i}: {}`, '\n')}`), 'at most 32 types'],
    ['model.rank.hidden.0', `${MINIMAL}\nmodel: { rank: { hidden: [0] } }`, 'Too small'],
  ])('is refused at %s by path, rule and remedy', (field, text, rule) => {
    const refused = (): unknown => compileDictionary(text)
    expect(refused).toThrow(InvalidFieldError)
    expect(refused).toThrow(rule)
    expect(refused).toThrow(new RegExp(`^${field.replaceAll('.', '\\.')} is .*dictionary\\.schema\\.json$`, 's'))
  })

  it('is refused where not even one example fits into a record', () => {
    const vectors = list(140, (i) => `{ kind: vector, name: v${i}, dimensions: 1024 }`, ', ')
    expect(() => compileDictionary(MINIMAL.replace('item: [', `item: [${vectors}, `))).toThrow(
      /^dictionary is 573\d{3}, but the features of one example take 573\d{3} bytes, and may take 524288; declare fewer or shorter features/,
    )
  })

  it('has its JSON Schema published', () => {
    const published = readFileSync(path.join(__dirname, '..', 'dictionary.schema.json'), 'utf8')
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(dictionarySchema())))
  })
})

describe('the dictionaries that come along', () => {
  it.each(builtInDictionaries())('%s compiles, and is called so', (name) => {
    const dictionary = compileDictionary(builtInDictionary(name))
    expect(dictionary.name).toBe(name)
    expect(dictionary.layout.user.fields[0]).toEqual({ name: 'user', start: 0, length: 1 })
    expect(dictionary.layout.item.fields[0]).toEqual({ name: 'item', start: 0, length: 1 })
    expect([...dictionary.meanings.values()].some(({ label }) => label !== undefined)).toBe(true)
  })

  it('are those of the demo, of each import, and a generic one', () => {
    expect(builtInDictionaries()).toEqual(['demo', 'deskdrop', 'frappe', 'generic', 'movielens', 'retailrocket'])
  })

  it('are named to who asks for another', () => {
    expect(() => builtInDictionary('nonesuch')).toThrow("dictionary 'nonesuch' does not exist; choose one of demo, deskdrop")
  })
})
