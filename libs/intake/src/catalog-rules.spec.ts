import { Item, User, type AttributeValue } from '@freshet/contracts'
import { itemFault, userFault } from './catalog-rules'
import { INTAKE_DEFAULTS } from './limits'

type Kind = AttributeValue['kind']
const item = (attributes: Record<string, Kind> = {}, given: Partial<Item> = {}): Item => ({
  ...Item.fromPartial({ itemId: 'book', ...given }),
  attributes: Object.fromEntries(Object.entries(attributes).map(([name, kind]) => [name, { kind }])),
})
const text = (value: string): Kind => ({ $case: 'text', text: value })
const vector = (...values: number[]): Kind => ({ $case: 'vector', vector: { values } })
const many = (n: number): Record<string, Kind> => Object.fromEntries(Array.from({ length: n }, (_, i) => [`name${i}`, text('')]))

describe('the rules of the catalogue', () => {
  it('let an item with each kind of attribute pass', () => {
    const attributes: Record<string, Kind> = {
      title: text('A book'),
      price: { $case: 'number', number: 9.5 },
      used: { $case: 'flag', flag: false },
      genres: { $case: 'texts', texts: { values: ['a', 'b'] } },
      image: vector(0.5, -1),
    }
    expect(itemFault(item(attributes, { createdMs: 5 }), INTAKE_DEFAULTS)).toBeUndefined()
  })

  it.each<[string, Item, string, RegExp]>([
    ['an item without an id', item({}, { itemId: '' }), 'item_id', /has an id/],
    ['an id beyond 256 characters', item({}, { itemId: 'x'.repeat(257) }), 'item_id', /256 characters/],
    ['a creation before 1970', item({}, { createdMs: -5 }), 'created_ms', /milliseconds since 1970/],
    ['a creation at no time', item({}, { createdMs: NaN }), 'created_ms', /milliseconds since 1970/],
    ['more than 64 attributes', item(many(65)), 'attributes', /64 entries/],
    ['an attribute name beyond 256 characters', item({ ['x'.repeat(257)]: text('') }), 'attributes', /256/],
    ['an attribute without a value', item({ title: undefined }), 'attributes.title', /has a value/],
    ['a text beyond its bound', item({ title: text('x'.repeat(65_537)) }), 'attributes.title', /65536 characters/],
    [
      'texts beyond their bound',
      item({ tags: { $case: 'texts', texts: { values: ['x'.repeat(65_536), 'y'] } } }),
      'attributes.tags',
      /65536/,
    ],
    ['a number that is none', item({ price: { $case: 'number', number: NaN } }), 'attributes.price', /finite/],
    ['a vector with a number that is none', item({ image: vector(1, Infinity) }), 'attributes.image[1]', /finite/],
    ['a vector that is too long', item({ image: vector(...new Array<number>(4097).fill(0)) }), 'attributes.image', /at most 4096/],
  ])('refuse %s', (_, entry, field, rule) => {
    expect(itemFault(entry, INTAKE_DEFAULTS)).toMatchObject({ field, rule: expect.stringMatching(rule) })
  })

  it('hold users to the same', () => {
    expect(userFault(User.fromPartial({ userId: 'ada' }), INTAKE_DEFAULTS)).toBeUndefined()
    expect(userFault(User.fromPartial({ userId: '' }), INTAKE_DEFAULTS)?.field).toBe('user_id')
    expect(userFault({ userId: 'ada', attributes: { age: { kind: undefined } } }, INTAKE_DEFAULTS)?.field).toBe('attributes.age')
  })
})
