import { InvalidFieldError } from '@freshet/kernel'
import { compileDictionary, type Dictionary } from './dictionary'
import { assertReplaceable } from './replaceable'

const TEXT = `
name: shop
events:
  view: {}
  buy: { label: positive }
joinWindowMs: 1000
user:
  - { kind: id, name: user }
  - { kind: count, name: views, events: [view], windowMs: 1000 }
item: [{ kind: id, name: item }, { kind: text, name: title, dimensions: 8 }]
cross: [{ kind: pair, name: did, events: [view] }]`

const current = compileDictionary(TEXT)
const changed = (from: string, to: string): Dictionary => compileDictionary(TEXT.replace(from, to))

describe('a dictionary for an existing data set', () => {
  it.each([
    ['the length of a window', 'windowMs: 1000 }', 'windowMs: 9000, buckets: 3 }'],
    ['which events a feature counts', '[view], w', '[view, buy], w'],
    ['how long lists wait', 'joinWindowMs: 1000', 'joinWindowMs: 5000'],
    ['what an event says', 'view: {}', 'view: { label: positive, weight: 0.5 }'],
    ['event types, behind the others', 'buy: { label: positive }', 'buy: { label: positive }\n  back: { corrects: [buy] }'],
    ['what is known of users', 'user:\n', 'user:\n  - { kind: category, name: segment }\n'],
    ['what is known of items', 'item: [', 'item: [{ kind: numeric, name: price }, '],
    ['what both have in common', 'cross: [', 'cross: [{ kind: affinity, name: taste, attribute: genre }, '],
    ['what is known of the moment', 'cross: [', 'context: [{ kind: hour, name: hour }]\ncross: ['],
    ['which features there are: one goes', '  - { kind: id, name: user }\n', ''],
    ['the name of a feature, which begins anew', 'name: views', 'name: looks'],
    ['how many words are read', 'dimensions: 8 }', 'dimensions: 8, words: 3 }'],
  ])('may change %s', (_, from, to) => {
    const next = changed(from, to)
    expect(next.hash).not.toBe(current.hash)
    expect(() => assertReplaceable(current, next)).not.toThrow()
  })

  it.each([
    ['name: shop', 'name: house', 'name', "this data set is of dictionary 'shop'", '--data NAME'],
    [
      'cross: [',
      'model: { rank: { dimensions: 3 } }\ncross: [',
      'model.rank.dimensions',
      'the model of this data set has 16',
      '--data NAME',
    ],
    [
      'cross: [',
      'model: { recall: { hidden: [3] } }\ncross: [',
      'model.recall.hidden',
      'the model of this data set has [64]',
      '--data NAME',
    ],
    ['cross: [', 'model: { memoryBytes: 9e9 }\ncross: [', 'model.memoryBytes', 'the model of this data set has none', '--data NAME'],
    ['cross: [', 'model: { rank: { kind: deepfm } }\ncross: [', 'model.rank.kind', 'this data set has "wide-and-deep"', '--data NAME'],
    [
      'cross: [',
      'model: { recall: { user: { layers: [{ width: 8 }] } } }\ncross: [',
      'model.recall.user',
      'the model of this data set has none',
      '--data NAME',
    ],
    ['view: {}', 'look: {}\n  view: {}', 'events', "event type 'view' must stay number 1", 'declare new types behind'],
    [
      'kind: count, name: views, events: [view], windowMs: 1000',
      'kind: total, name: views',
      'user.1.kind',
      'has kind count so far',
      'a name of its own',
    ],
    ['dimensions: 8', 'dimensions: 16', 'item.1.dimensions', 'has dimensions 8 so far', 'a name of its own'],
    [
      'cross: [{ kind: pair, name: did, events: [view] }]',
      'context: [{ kind: hour, name: did }]',
      'context.0.kind',
      'has kind pair',
      'a name of its own',
    ],
    [
      'item: [{ kind: id, name: item }, { kind: text, name: title, dimensions: 8 }]',
      'item: [{ kind: text, name: other, dimensions: 0 }]',
      'item',
      'has to read something',
      'keep a feature',
    ],
  ])('may not turn %j into %j', (from, to, field, rule, remedy) => {
    const refusal = refusalOf(changed(from, to))
    expect(refusal.facts.field).toBe(field)
    expect(refusal.facts.rule).toContain(rule)
    expect(refusal.facts.remedy).toContain(remedy)
  })
})

describe('a dictionary for a data set whose model is another than the default', () => {
  const declared = (model: string): Dictionary => compileDictionary(`${TEXT}\nmodel: ${model}`)
  const own = declared('{ rank: { kind: dcn-v2, crossLayers: 3 }, recall: { item: { layers: [{ width: 8, activation: tanh }] } } }')

  it('may change its features', () => {
    const next = compileDictionary(own.text.replace('user:\n', 'user:\n  - { kind: category, name: segment }\n'))
    expect(() => assertReplaceable(own, next)).not.toThrow()
  })

  it.each([
    ['{ recall: { item: { layers: [{ width: 8, activation: tanh }] } } }', 'model.rank.kind', 'wide-and-deep', 'has "dcn-v2"'],
    ['{ rank: { kind: dcn-v2 }, recall: { item: { layers: [{ width: 8, activation: tanh }] } } }', 'model.rank.crossLayers', 2, 'has 3'],
    ['{ rank: { kind: dcn-v2, crossLayers: 3 } }', 'model.recall.item', 'left out', '"activation":"tanh"'],
    [
      '{ rank: { kind: dcn-v2, crossLayers: 3 }, recall: { item: { layers: [{ width: 8 }] } } }',
      'model.recall.item.layers',
      [{ width: 8, activation: 'relu' }],
      '"activation":"tanh"',
    ],
  ])('may not go on with %s', (model, field, value, rule) => {
    const { facts } = refusalOf(declared(model), own)
    expect(facts).toMatchObject({ field, value, remedy: expect.stringContaining('begin another data set') })
    expect(facts.rule).toContain(rule)
  })

  it('may spell out the kind that none was declared for', () => {
    expect(() => assertReplaceable(current, declared('{ rank: { kind: wide-and-deep } }'))).not.toThrow()
  })
})

function refusalOf(next: Dictionary, before = current): InvalidFieldError {
  try {
    assertReplaceable(before, next)
  } catch (error) {
    if (error instanceof InvalidFieldError) return error
  }
  throw new RangeError('the dictionary was taken')
}
