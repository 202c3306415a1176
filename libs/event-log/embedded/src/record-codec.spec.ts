import fc from 'fast-check'
import { COUNT_KEY, decodeRecord, encodeEntries, firstKey, nextKey, recordKey, valueBytes } from './record-codec'

const entry = fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 30 }), value: fc.uint8Array({ maxLength: 300 }) })

describe('the layout of a topic', () => {
  it('gives entries back as they were', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
        const stored = encodeEntries(entries)
        expect(stored).toHaveLength(entries.length)
        for (const [i, { key, value }] of entries.entries()) {
          const record = decodeRecord(i, stored[i])
          expect([record.offset, record.key]).toEqual([i, key])
          expect(Buffer.compare(record.value, value)).toBe(0)
          expect(valueBytes(stored[i])).toBe(value.byteLength)
        }
      }),
    )
  })

  it('orders records by partition, then by offset, beyond 32 bits', () => {
    const keys = [
      recordKey(0, 0),
      recordKey(0, 2 ** 32 - 1),
      recordKey(0, 2 ** 32),
      recordKey(0, 2 ** 48 - 1),
      recordKey(1, 0),
      recordKey(256, 9),
    ]
    expect([...keys].reverse().sort((a, b) => Buffer.compare(a, b))).toEqual(keys)
  })

  it('keeps its own entries behind all records, and apart from each other', () => {
    const own = [COUNT_KEY, ...[0, 1, 256].map(nextKey), ...[0, 1, 256].map(firstKey)]
    expect([...own].reverse().sort((a, b) => Buffer.compare(a, b))).toEqual(own)
    expect(Buffer.compare(recordKey(0xfffe, 2 ** 48 - 1), COUNT_KEY)).toBe(-1)
  })

  it('writes a key where it is told to', () => {
    const spare = Buffer.alloc(8)
    expect(recordKey(3, 7, spare)).toBe(spare)
    expect(spare).toEqual(recordKey(3, 7))
  })
})
