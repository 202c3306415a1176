import fc from 'fast-check'
import { decodeOutbox, decodeStanding, encodeOutbox, encodeStanding, outboxAfter } from './state-codec'
import { keyOfValue, outboxEntryKey, outboxKey, rangeOf, standingKey, valueKey } from './state-codec'

const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text === Buffer.from(text).toString())

const outgoing = fc.record({
  to: fc.record({ topic: fc.constantFrom('examples', 'touches'), partition: fc.nat(65535) }),
  key,
  value: fc.uint8Array({ maxLength: 300 }),
})
const SEQUENCES = [0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 47]

describe('the layout of the embedded store', () => {
  it('gives a standing back as it was, up to the largest safe integer', () => {
    const standing = { positions: { events: Number.MAX_SAFE_INTEGER, touches: 0, catalog: 7 }, outboxFirst: 3, outboxNext: 2 ** 40 }
    expect(decodeStanding(encodeStanding(standing))).toEqual(standing)
    const withLineage = { ...standing, positions: { ...standing.positions, lineage: 'é7' } }
    expect(decodeStanding(encodeStanding(withLineage))).toEqual(withLineage)
  })

  it('reads what was stored before there were lineages', () => {
    const stored = Buffer.from(new Float64Array([1, 2, 3, 4, 5]).buffer)
    expect(decodeStanding(stored)).toEqual({ positions: { events: 1, touches: 2, catalog: 3 }, outboxFirst: 4, outboxNext: 5 })
  })

  it('gives an outbox back entry by entry, from any one on, and no more than asked for', () => {
    fc.assert(
      fc.property(fc.array(outgoing, { maxLength: 8 }), fc.nat(9), fc.nat(9), (entries, count, limit) => {
        const stored = outboxAfter(encodeOutbox(entries), count)
        const numbered = decodeOutbox(stored, 70 + count, limit).map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(value) }))
        const left = entries.map(({ value, ...rest }, i) => ({ ...rest, sequence: 70 + i, value: Buffer.from(value) }))
        expect(numbered).toEqual(left.slice(count, count + limit))
      }),
    )
  })

  it('keeps partitions, and the kinds of entries within one, apart, and entries that lie one by one in order, beyond 32 bits', () => {
    const kinds = (p: number) => [standingKey(p), valueKey(p, 'u:a'), ...SEQUENCES.map((n) => outboxEntryKey(p, n)), outboxKey(p)]
    const keys = [...kinds(255), ...kinds(256)]
    expect([...keys].reverse().sort((a, b) => Buffer.compare(a, b))).toEqual(keys)
    expect(keyOfValue(keys[1])).toBe('u:a')
  })

  it('covers with a range exactly the keys of its prefix that come after', () => {
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 20 }),
        fc.string({ maxLength: 2 }),
        fc.option(key, { nil: undefined }),
        (keys, prefix, after) => {
          const { start, end } = rangeOf(1, prefix, after)
          const inside = keys.filter((name) => Buffer.compare(valueKey(1, name), start) >= 0 && Buffer.compare(valueKey(1, name), end) < 0)
          const behind = (name: string) => after === undefined || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0
          const wanted = keys.filter(
            (name) => Buffer.from(name).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)) && behind(name),
          )
          expect(inside).toEqual(wanted)
        },
      ),
    )
  })
})
