import { AttributeValue, Event, Item, PairCounts, UserState, entryOf, putEntry } from './index'

const HOSTILE = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__']

describe('the entries of a map', () => {
  it.each(HOSTILE)('are not there under %s before they are put there', (key) => {
    const map: Record<string, { count: number }> = {}
    expect(entryOf(map, key)).toBeUndefined()
    expect(putEntry(map, key, { count: 1 })).toEqual({ count: 1 })
    expect(entryOf(map, key)).toEqual({ count: 1 })
    expect(Object.keys(map)).toEqual([key])
    Reflect.deleteProperty(map, key)
    expect(entryOf(map, key)).toBeUndefined()
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype)
  })

  it('are none where there is no map', () => expect(entryOf(undefined, 'a')).toBeUndefined())
})

describe('a message', () => {
  it.each(HOSTILE)('keeps what its maps hold under %s through bytes, JSON and copies', (key) => {
    const state = UserState.create({ items: { [key]: PairCounts.create({ counts: [1, 2], lastMs: 3 }) } })
    expect(Object.keys(state.items)).toEqual([key])
    const read = UserState.decode(UserState.encode(state).finish())
    expect(entryOf(read.items, key)).toEqual(state.items[key])
    expect(UserState.fromJSON(JSON.parse(JSON.stringify(UserState.toJSON(state))))).toEqual(read)
    expect(Object.keys(UserState.fromPartial(read).items)).toEqual([key])
  })

  it('keeps a situation and an attribute that are named __proto__', () => {
    const event = Event.create({ context: { ['__proto__']: 'evening' } })
    expect(entryOf(Event.decode(Event.encode(event).finish()).context, '__proto__')).toBe('evening')
    const value: AttributeValue = { kind: { $case: 'text', text: 'red' } }
    const item = Item.decode(Item.encode(Item.create({ attributes: { ['__proto__']: value } })).finish())
    expect(entryOf(item.attributes, '__proto__')).toEqual(value)
  })
})
