import { AttributeValue, ItemState, UserState } from '@freshet/contracts'
import { builtInDictionary } from './built-in'
import type { CrossScope } from './cross-features'
import { compileDictionary, type Dictionary } from './dictionary'
import type { Part, PartLayout } from './layout'
import { crossPart, crossWriter, itemPart, packParts, packedExample, userPart } from './parts'

const HOUR_MS = 3_600_000
const NOW_MS = 1_000 * HOUR_MS

const text = (value: string): AttributeValue => ({ kind: { $case: 'text', text: value } })
const texts = (...values: string[]): AttributeValue => ({ kind: { $case: 'texts', texts: { values } } })
const number = (value: number): AttributeValue => ({ kind: { $case: 'number', number: value } })

const dictionaryWith = (sections: string): Dictionary =>
  compileDictionary(`name: test\nevents: { view: {}, rate: { label: { atLeast: 4 } } }\n${sections}`)
const withItem = (features: string): Dictionary => dictionaryWith(`user: [{ kind: id, name: user }]\nitem: [${features}]`)
const itemOf = (dictionary: Dictionary, state: Partial<ItemState>): Part =>
  itemPart(dictionary, ItemState.create(state), { itemId: 'i', nowMs: NOW_MS })

/** The pairs of a field, as texts; an empty slot is ''. */
function slots(part: Part, layout: PartLayout, name: string): string[] {
  const field = layout.fields.find((each) => each.name === name)
  const { start, length } = field ?? { start: 0, length: 0 }
  return Array.from({ length }, (_, i) => {
    const [lo, hi] = part.ids.subarray(2 * (start + i))
    return lo === 0 && hi === 0 ? '' : `${hi}:${lo}`
  })
}

describe('a writer of cross parts', () => {
  const dictionary = dictionaryWith(`user: [{ kind: id, name: user }]
item: [{ kind: id, name: item }]
cross:
  - { kind: pair, name: did, events: [view] }
  - { kind: affinity, name: taste, attribute: genre, unitMs: 1000 }
  - { kind: affinity, name: deep, attribute: path, separator: /, unitMs: 1000 }
  - { kind: cross, name: user_genre, user: id, item: genre, slots: 2 }
  - { kind: cross, name: place_item, user: place, item: id, slots: 2 }
context: [{ kind: key, name: device }]`)
  const affinity = (weight: number) => ({ weight, atMs: NOW_MS - 1500, residualSum: -weight, valueCount: 2 })
  const user = UserState.create({
    items: { i2: { counts: [3], lastMs: NOW_MS - 1000, consumed: false } },
    categories: { genre: affinity(3), 'genre=war': affinity(2), 'genre=love': affinity(1), path: affinity(5), 'path=a': affinity(4) },
    attributes: { place: texts('x', 'y') },
  })
  const attributes: ItemState['attributes'][] = [
    { genre: texts('war', 'love', 'art'), path: text('a/b') },
    { genre: texts('art', 'war') },
    { path: text('a/c/d') },
    {},
    { genre: texts('love', 'war'), path: text('a') },
  ]

  it('writes what each part would be alone, whatever was written before', () => {
    const { ids, numbers } = dictionary.layout.cross
    const part = { ids: new Uint32Array(2 * ids).fill(7), numbers: new Float32Array(numbers).fill(7) }
    for (const who of [user, undefined]) {
      const write = crossWriter(dictionary)
      attributes.forEach((each, i) => {
        const item = ItemState.create({ attributes: each })
        const scope = { userId: 'u', user: who, itemId: `i${i}`, item, context: { device: 'phone' }, nowMs: NOW_MS }
        write(part, scope)
        expect(part).toEqual(crossPart(dictionary, scope))
      })
    }
  })
})

describe('features of attributes', () => {
  it('give each value of a category an id of its own, up to the slots there are', () => {
    const dictionary = withItem('{ kind: category, name: genre, slots: 2 }')
    const one = slots(itemOf(dictionary, { attributes: { genre: text('war') } }), dictionary.layout.item, 'genre')
    const three = slots(itemOf(dictionary, { attributes: { genre: texts('war', 'love', 'art') } }), dictionary.layout.item, 'genre')
    expect(one).toEqual([three[0], ''])
    expect(new Set(three).size).toBe(2)
  })

  it('split a category into its levels', () => {
    const dictionary = withItem('{ kind: category, name: path, slots: 3, separator: / }')
    const deep = slots(itemOf(dictionary, { attributes: { path: text('a/b/c') } }), dictionary.layout.item, 'path')
    const shallow = slots(itemOf(dictionary, { attributes: { path: text('a/b') } }), dictionary.layout.item, 'path')
    expect(shallow).toEqual([deep[0], deep[1], ''])
  })

  it('let numbers of one interval share an id', () => {
    const dictionary = withItem('{ kind: bucket, name: age, boundaries: [30, 18] }')
    const idOf = (age: AttributeValue): string => slots(itemOf(dictionary, { attributes: { age } }), dictionary.layout.item, 'age')[0]
    expect(idOf(number(18))).toBe(idOf(text('29')))
    expect(idOf(number(17))).not.toBe(idOf(number(18)))
    expect(idOf(text('old'))).toBe('')
  })

  it('map a number so that its bounds become 0 and 1', () => {
    const linear = withItem('{ kind: numeric, name: price, minimum: 10, maximum: 30 }')
    expect(itemOf(linear, { attributes: { price: number(15) } }).numbers).toEqual(Float32Array.of(0.25))
    const logarithmic = withItem('{ kind: numeric, name: price, minimum: 0, maximum: 99, logarithm: true }')
    expect(itemOf(logarithmic, { attributes: { price: number(9) } }).numbers[0]).toBeCloseTo(0.5, 6)
    expect(itemOf(linear, { attributes: {} }).numbers).toEqual(Float32Array.of(0))
  })

  it('take a vector as it is, without what is not finite', () => {
    const dictionary = withItem('{ kind: vector, name: image, dimensions: 3 }')
    const vector: AttributeValue = { kind: { $case: 'vector', vector: { values: [1, NaN] } } }
    expect(itemOf(dictionary, { attributes: { image: vector } }).numbers).toEqual(Float32Array.of(1, 0, 0))
  })

  it('give a text ids for its first words, and numbers for all of them', () => {
    const dictionary = withItem('{ kind: text, name: title, words: 2, dimensions: 8 }')
    const part = itemOf(dictionary, { attributes: { title: text('Red garden hose') } })
    expect(new Set(slots(part, dictionary.layout.item, 'title')).size).toBe(2)
    expect(part.numbers.some((value) => value !== 0)).toBe(true)
  })

  it('are computed anew when the attributes are replaced', () => {
    const dictionary = withItem('{ kind: category, name: genre }')
    const state = ItemState.create({ attributes: { genre: text('war') } })
    const first = itemPart(dictionary, state, { itemId: 'i', nowMs: NOW_MS })
    expect(itemPart(dictionary, state, { itemId: 'i', nowMs: NOW_MS })).toEqual(first)
    state.attributes = { genre: text('love') }
    expect(itemPart(dictionary, state, { itemId: 'i', nowMs: NOW_MS })).not.toEqual(first)
  })

  it('give parts that their owner may write over', () => {
    const dictionary = withItem('{ kind: category, name: genre }')
    const state = ItemState.create({ attributes: { genre: text('war') } })
    const first = itemPart(dictionary, state, { itemId: 'i', nowMs: NOW_MS })
    const copy = new Uint32Array(first.ids)
    first.ids.fill(7)
    expect(itemPart(dictionary, state, { itemId: 'i', nowMs: NOW_MS }).ids).toEqual(copy)
  })
})

describe('features of activity', () => {
  it('draw a mean towards its prior while there is little to go by', () => {
    const dictionary = withItem('{ kind: mean, name: m }, { kind: bias, name: b, scale: 2 }')
    const prior = dictionary.declared.value
    const numbers = itemOf(dictionary, { valueSum: 20, valueCount: 5, residualSum: 5 }).numbers
    expect(numbers[0]).toBeCloseTo((20 + prior.prior * prior.weight) / (5 + prior.weight) - prior.prior, 6)
    expect(numbers[1]).toBeCloseTo((5 / (5 + prior.weight)) * 2, 6)
  })

  it('measure a rate against its prior', () => {
    const dictionary = withItem('{ kind: rate, name: r, of: [rate], per: [view], windowMs: 3600000, prior: 0.1, weight: 10 }')
    const bucket = Math.floor(NOW_MS / (HOUR_MS / 8))
    const windows = {
      r: { buckets: [bucket], counts: [5], widthMs: HOUR_MS / 8 },
      r_per: { buckets: [bucket], counts: [10], widthMs: HOUR_MS / 8 },
    }
    expect(itemOf(dictionary, { windows }).numbers[0]).toBeCloseTo(6 / 20 - 0.1, 6)
  })

  it('tell the time since a moment, and 0 where there was none', () => {
    const dictionary = withItem(
      '{ kind: since, name: rest, unitMs: 3600000 }, { kind: since, name: age, moment: created, unitMs: 3600000 }',
    )
    const numbers = itemOf(dictionary, { lastTouchedMs: NOW_MS - 3 * HOUR_MS }).numbers
    expect(numbers[0]).toBeCloseTo(Math.log(4), 5)
    expect(numbers[1]).toBe(0)
  })
})

describe('a user’s part', () => {
  const dictionary = dictionaryWith(`
item: [{ kind: id, name: item }]
user:
  - { kind: id, name: user }
  - { kind: sequence, name: recent, events: [view], last: 3 }
  - { kind: sequence, name: same, events: [view], last: 3, shares: item }`)
  const state = UserState.create({
    sequences: { recent: { itemIds: ['a', 'b'], timesMs: [1, 2] }, same: { itemIds: ['a'], timesMs: [1] } },
  })
  const part = userPart(dictionary, state, { userId: 'u', nowMs: NOW_MS })

  it('lists the last items, newest first', () => {
    const newest = UserState.create({ sequences: { recent: { itemIds: ['b'], timesMs: [2] } } })
    const [first, second, third] = slots(part, dictionary.layout.user, 'recent')
    expect(slots(userPart(dictionary, newest, { userId: 'u', nowMs: NOW_MS }), dictionary.layout.user, 'recent')[0]).toBe(first)
    expect([second === first, third]).toEqual([false, ''])
  })

  it('gives items of a sequence their own ids, or those of the feature that it shares', () => {
    const item = slots(itemPart(dictionary, undefined, { itemId: 'a', nowMs: NOW_MS }), dictionary.layout.item, 'item')[0]
    expect(slots(part, dictionary.layout.user, 'same')[0]).toBe(item)
    expect(slots(part, dictionary.layout.user, 'recent')[1]).not.toBe(item)
  })

  it('is the id and zeros for somebody unknown', () => {
    const unknown = userPart(dictionary, undefined, { userId: 'u', nowMs: NOW_MS })
    expect(unknown.ids.subarray(0, 2)).toEqual(part.ids.subarray(0, 2))
    expect(unknown.ids.subarray(2).every((word) => word === 0)).toBe(true)
  })
})

describe('the cross part', () => {
  const dictionary = dictionaryWith(`
user: [{ kind: id, name: user }]
item: [{ kind: id, name: item }]
cross:
  - { kind: pair, name: did, events: [view, rate], unitMs: 3600000 }
  - { kind: affinity, name: taste, attribute: genre, unitMs: 3600000 }
  - { kind: cross, name: after, user: last, item: id }
  - { kind: cross, name: who, user: id, item: genre, slots: 2 }
context: [{ kind: key, name: device }, { kind: hour, name: hour }, { kind: weekday, name: day }]`)
  const item = ItemState.create({ attributes: { genre: texts('war', 'love') } })
  const scope = { userId: 'u', itemId: 'i', item, context: { device: 'phone' }, nowMs: NOW_MS }

  it('tells what the user did to the item, and how recently', () => {
    const user = UserState.create({ items: { i: { counts: [3, 0], lastMs: NOW_MS - HOUR_MS, consumed: false } } })
    const { numbers } = crossPart(dictionary, { ...scope, user })
    expect([...numbers.subarray(0, 3)]).toEqual([expect.closeTo(Math.log(4), 5), 0, 0.5])
    const other = crossPart(dictionary, { ...scope, user, itemId: 'j' })
    expect([...other.numbers.subarray(0, 3)]).toEqual([0, 0, 0])
  })

  it('tells how much of recent activity fell on the item’s values, and how values lay there', () => {
    const categories = {
      genre: { weight: 4, atMs: NOW_MS - HOUR_MS, residualSum: 0, valueCount: 0 },
      'genre=war': { weight: 3, atMs: NOW_MS, residualSum: 5, valueCount: 2 },
    }
    const { numbers } = crossPart(dictionary, { ...scope, user: UserState.create({ categories }) })
    expect(numbers[3]).toBeCloseTo(3 / 2 / (2 + 1), 4)
    expect(numbers[4]).toBeCloseTo(5 / (2 + 3) / 2, 6)
  })

  it('gives pairs of values an id of their own', () => {
    const user = UserState.create({ lastItemId: 'h' })
    const ids = (itemId: string): string[] => slots(crossPart(dictionary, { ...scope, user, itemId }), dictionary.layout.cross, 'after')
    expect(ids('i')).not.toEqual(ids('j'))
    expect(slots(crossPart(dictionary, { ...scope, user: undefined }), dictionary.layout.cross, 'after')).toEqual([''])
    expect(new Set(slots(crossPart(dictionary, { ...scope, user }), dictionary.layout.cross, 'who')).size).toBe(2)
  })

  it('gives the situation its ids, and an empty slot for what the request left out', () => {
    const { layout } = dictionary
    const here = crossPart(dictionary, { ...scope, user: undefined })
    const elsewhere = crossPart(dictionary, { ...scope, user: undefined, context: {}, nowMs: NOW_MS + 25 * HOUR_MS })
    for (const name of ['device', 'hour', 'day']) {
      expect(slots(here, layout.cross, name)).not.toEqual([''])
      expect(slots(elsewhere, layout.cross, name)).not.toEqual(slots(here, layout.cross, name))
    }
    expect(slots(elsewhere, layout.cross, 'device')).toEqual([''])
  })
})

describe('parts', () => {
  it('pack into the bytes of messages, one after the other', () => {
    const a: Part = { ids: Uint32Array.of(1, 2), numbers: Float32Array.of(0.5) }
    const b: Part = { ids: Uint32Array.of(3, 4), numbers: Float32Array.of(1, 2) }
    const { ids, numbers } = packParts(a, b)
    expect([...ids]).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])
    expect(new Float32Array(numbers.buffer)).toEqual(Float32Array.of(0.5, 1, 2))
  })

  it('make an example at once, with the same bytes as item and cross part packed', () => {
    const dictionary = compileDictionary(builtInDictionary('generic'))
    const item = ItemState.create({
      attributes: { category: text('a/b'), title: text('Red hose'), price: number(9) },
      events: 3,
      createdMs: 5,
    })
    const user = UserState.create({ items: { i: { counts: [1, 2, 0, 0, 0, 0, 0], lastMs: NOW_MS, consumed: false } } })
    const scopes: CrossScope[] = [
      { userId: 'u', user, itemId: 'i', item, context: { surface: 'home' }, nowMs: NOW_MS },
      { userId: 'u', user: undefined, itemId: 'j', item: undefined, context: {}, nowMs: NOW_MS },
    ]
    for (const scope of scopes) {
      expect(packedExample(dictionary, scope)).toEqual(packParts(itemPart(dictionary, scope.item, scope), crossPart(dictionary, scope)))
    }
  })

  it('keep their bits from release to release: stored examples and versions depend on them', () => {
    const dictionary = compileDictionary(builtInDictionary('generic'))
    const { ids } = userPart(dictionary, undefined, { userId: 'ada', nowMs: NOW_MS })
    expect([...ids.subarray(0, 2)]).toEqual(GOLDEN_ADA) // first computed here, 2026-11
  })
})

const GOLDEN_ADA = [1167351437, 3979977512]
