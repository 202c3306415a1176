import { InvalidFieldError } from '@freshet/kernel'
import { START } from '@freshet/online-store'
import fc from 'fast-check'
import { assertName, lexRange, partitionKeys, spellVector, vectorOf } from './layout'

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

  it('spells vectors so that they come back, and are equal only where all their topics are', () => {
    const place = fc.nat(Number.MAX_SAFE_INTEGER)
    const vector = fc.record({ events: place, touches: place, catalog: place })
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        expect(vectorOf(Buffer.from(spellVector(a)))).toEqual(a)
        expect(spellVector(a) === spellVector(b)).toBe(a.events === b.events && a.touches === b.touches && a.catalog === b.catalog)
      }),
    )
    expect(vectorOf(null)).toEqual(START)
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
