import { MessageWriter } from './protobuf'

const hex = (write: (to: MessageWriter) => unknown): string => {
  const to = new MessageWriter()
  write(to)
  return Buffer.from(to.finish()).toString('hex')
}

describe('MessageWriter', () => {
  // golden bytes: protobuf.dev, Encoding: "a simple message", "length-delimited records", "submessages"
  it('writes 150 in field 1 as the specification shows', () => {
    expect(hex((to) => to.int(1, 150))).toBe('089601')
  })

  it('writes a text as the specification shows', () => {
    expect(hex((to) => to.text(2, 'testing'))).toBe('120774657374696e67')
  })

  it('writes a message inside a message as the specification shows', () => {
    expect(hex((to) => to.message(3, (inner) => inner.int(1, 150)))).toBe('1a03089601')
  })

  it('writes a float in four bytes, the lowest first', () => {
    expect(hex((to) => to.float(2, 1.5))).toBe('150000c03f') // 1.5 is 3fc00000 in IEEE 754
  })

  // golden bytes: google.protobuf 5, Int64Value, FloatValue
  it.each([
    [0, '0800'],
    [127, '087f'],
    [128, '088001'],
    [2 ** 40, '08808080808020'],
    [Number.MAX_SAFE_INTEGER, '08ffffffffffffff0f'],
  ])('writes the integer %d in as few groups of seven bits as it needs', (value, bytes) => {
    expect(hex((to) => to.int(1, value))).toBe(bytes)
  })

  it('writes a field number beyond 15 in two bytes', () => {
    expect(hex((to) => to.int(20, 7))).toBe('a00107')
  })

  it('writes UTF-8 by its length in bytes', () => {
    expect(hex((to) => to.text(1, 'ü'))).toBe('0a02c3bc')
  })
})
