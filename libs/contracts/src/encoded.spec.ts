import { encoded, Event, ExampleGroup, TextList } from './index'

const group = ExampleGroup.fromPartial({
  ...{
    dictionaryHash: 'abcd',
    timeMs: 9e11,
    userIds: new Uint8Array(400).fill(7),
    items: [{ ids: new Uint8Array(300).fill(3), itemLo: 3e9 }, {}],
  },
})

describe('a message that is encoded', () => {
  it('has the bytes that a fresh writer would give it, whatever was encoded before', () => {
    const long = Event.fromPartial({ userId: 'x'.repeat(5000) })
    for (const event of [long, Event.fromPartial({ userId: 'ada', timeMs: 5 }), long])
      expect(encoded(Event, event)).toEqual(Event.encode(event).finish())
    expect(encoded(ExampleGroup, group)).toEqual(ExampleGroup.encode(group).finish())
  })

  it('keeps its bytes to itself', () => {
    const first = encoded(TextList, { values: ['one'] })
    const copy = first.slice()
    encoded(TextList, { values: ['another', 'list'] })
    expect(first).toEqual(copy)
    expect(first.buffer.byteLength).toBe(first.length)
  })

  it('is not touched by one before it that could not be written', () => {
    expect(() => encoded(Event, Event.fromPartial({ userId: 'ada', timeMs: NaN }))).toThrow()
    expect(encoded(TextList, { values: ['one'] })).toEqual(TextList.encode({ values: ['one'] }).finish())
  })

  it('may be large, and leaves the next as it is', () => {
    const large = { values: ['x'.repeat(3 << 20)] }
    expect(Buffer.compare(encoded(TextList, large), TextList.encode(large).finish())).toBe(0)
    expect(encoded(TextList, { values: ['one'] })).toEqual(TextList.encode({ values: ['one'] }).finish())
  })
})
