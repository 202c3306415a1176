import { InvalidFieldError } from '@freshet/kernel'
import { sameStanding, START } from '@freshet/online-store'
import fc from 'fast-check'
import { assertName, lexRange, partitionKeys, spellStanding, standingOf } from './layout'

describe('the layout of a partition in Redis', () => {
  it('gives a partition four keys of one hash tag, which no other has', () => {
    const keys = [partitionKeys('shop', 1), partitionKeys('shop', 11), partitionKeys('shop:1', 1)]
    for (const own of keys) expect(new Set(own.map((key) => /\{[^}]+\}/.exec(key)?.[0])).size).toBe(1)
    expect(new Set(keys.flat()).size).toBe(12)
    expect(partitionKeys('shop', 1)[0]).toBe('freshet:{shop:1}:standing')
  })

  it('refuses names that would end the tag, or be none', () => {
    for (const name of ['shop', 'shop-2.old_one', 'Ünï']) assertName(name)
    for (const name of ['', 'a}b', '{', 'a b', 'x'.repeat(129)]) expect(() => assertName(name)).toThrow(InvalidFieldError)
  })

  it('spells standings so that they come back, and are equal only where vector and lineage are', () => {
    const place = fc.nat(Number.MAX_SAFE_INTEGER)
    const lineage = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
    const vector = fc.record({ events: place, touches: place, catalog: place, lineage }, { requiredKeys: ['events', 'touches', 'catalog'] })
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        expect(standingOf(Buffer.from(spellStanding(a)))).toEqual(a)
        expect(spellStanding(a) === spellStanding(b)).toBe(sameStanding(a, b))
      }),
    )
    expect(standingOf(null)).toEqual(START)
    expect(standingOf(Buffer.from('1 2 3'))).toEqual({ events: 1, touches: 2, catalog: 3 }) // as it was stored before there were lineages
  })

  it('covers with a range exactly the keys of its prefix that come after', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 20 }),
        fc.string({ maxLength: 1 }),
        fc.option(key, { nil: undefined }),
        (keys, prefix, after) => {
          const [from, to] = lexRange(prefix, after)
          const isWanted = (name: string): boolean =>
            Buffer.from(name).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)) &&
            (after === undefined || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0)
          expect(keys.filter((name) => isAbove(name, from) && isBelow(name, to))).toEqual(keys.filter(isWanted))
        },
      ),
    )
  })
})

/** A bound as ZRANGEBYLEX reads it: `[` takes the member itself in, `(` leaves it out. */
function isAbove(name: string, bound: Buffer): boolean {
  const order = Buffer.compare(Buffer.from(name), bound.subarray(1))
  return bound.toString('latin1', 0, 1) === '[' ? order >= 0 : order > 0
}

const isBelow = (name: string, bound: Buffer): boolean => Buffer.compare(Buffer.from(name), bound.subarray(1)) < 0
