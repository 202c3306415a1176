import fc from 'fast-check'
import { decodeOutgoing, encodeOutgoing, plain } from './outgoing-codec'

const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text === Buffer.from(text).toString())

describe('outgoing entries, as engines keep them', () => {
  it('come back as they were', () => {
    const outgoing = fc.record({
      to: fc.record({ topic: fc.constantFrom('examples', 'touches'), partition: fc.nat(65535) }),
      key,
      value: fc.uint8Array({ maxLength: 300 }),
    })
    fc.assert(
      fc.property(outgoing, fc.nat(), (entry, sequence) => {
        const { value, ...rest } = decodeOutgoing(sequence, encodeOutgoing(entry))
        expect(rest).toEqual({ sequence, to: entry.to, key: entry.key })
        expect(Buffer.compare(value, entry.value)).toBe(0)
      }),
    )
  })

  it('are read as plain bytes, from where they lie in a larger buffer', () => {
    expect(plain(Buffer.from('before after').subarray(7))).toEqual(new Uint8Array([97, 102, 116, 101, 114]))
    expect(Buffer.isBuffer(plain(Buffer.from('x')))).toBe(false)
  })
})
