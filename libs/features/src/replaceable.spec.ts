import { PreconditionError } from '@freshet/kernel'
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
item: [{ kind: id, name: item }]`

const current = compileDictionary(TEXT)
const changed = (from: string, to: string): Dictionary => compileDictionary(TEXT.replace(from, to))

describe('a dictionary for an existing data set', () => {
  it.each([
    ['the length of a window', 'windowMs: 1000 }', 'windowMs: 9000, buckets: 3 }'],
    ['which events a feature counts', '[view]', '[view, buy]'],
    ['how long lists wait', 'joinWindowMs: 1000', 'joinWindowMs: 5000'],
    ['what an event says', 'view: {}', 'view: { label: positive, weight: 0.5 }'],
    ['event types, behind the others', 'buy: { label: positive }', 'buy: { label: positive }\n  back: { corrects: [buy] }'],
  ])('may change %s', (_, from, to) => {
    const next = changed(from, to)
    expect(next.hash).not.toBe(current.hash)
    expect(() => assertReplaceable(current, next)).not.toThrow()
  })

  it.each([
    ['name: shop', 'name: house', "its name is 'house', not 'shop'"],
    ['name: views', 'name: looks', "of the user features, 'views' is 'looks' now"],
    ['item: [', 'item: [{ kind: total, name: all }, ', "of the item features, 'all' is new"],
    ['  - { kind: id, name: user }\n', '', "of the user features, 'user[1]' is 'views' now"],
    ['item: [', 'model: { rank: { dimensions: 3 } }\nitem: [', 'the section `model` differs'],
    ['view: {}', 'look: {}\n  view: {}', "event type 'view' must stay number 1; declare new types behind the old ones"],
  ])('may not turn %j into %j: weights and counts would mean something else', (from, to, change) => {
    const refusal = (): void => assertReplaceable(current, changed(from, to))
    expect(refusal).toThrow(PreconditionError)
    expect(refusal).toThrow(change)
    expect(refusal).toThrow('--data NAME')
  })
})
