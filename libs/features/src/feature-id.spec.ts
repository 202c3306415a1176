import fc from 'fast-check'
import { FieldIds } from './feature-id'

function idOf(field: string, value: string): string {
  const ids = new Uint32Array(2)
  new FieldIds(field).put(ids, 0, value)
  return `${ids[1]}:${ids[0]}`
}

describe('a feature id', () => {
  it('follows from field and value', () => {
    expect(idOf('genre', 'war')).toBe(idOf('genre', 'war'))
    expect(new Set([idOf('genre', 'war'), idOf('genre', 'love'), idOf('brand', 'war')]).size).toBe(3)
  })

  it('is never the empty slot, and touches no other slot', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (field, value) => {
        const ids = new Uint32Array(6)
        new FieldIds(field).put(ids, 1, value)
        expect(ids[2] !== 0 || ids[3] !== 0).toBe(true)
        expect([ids[0], ids[1], ids[4], ids[5]]).toEqual([0, 0, 0, 0])
      }),
    )
  })

  it('does not collide among a hundred thousand values', () => {
    const seen = new Set(Array.from({ length: 100_000 }, (_, i) => idOf('item', String(i))))
    expect(seen.size).toBe(100_000)
  })
})
