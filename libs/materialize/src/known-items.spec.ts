import fc from 'fast-check'
import { KnownItems } from './known-items'

describe('known items', () => {
  it('are the items added and not taken out since, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean())), (changes) => {
        const known = new KnownItems()
        const naive = new Set<string>()
        for (const [id, isKnown] of changes) {
          known.set(id, isKnown)
          if (isKnown) naive.add(id)
          else naive.delete(id)
        }
        const listed = Array.from({ length: known.size }, (_, place) => known.at(place))
        expect(listed.sort()).toEqual([...naive].sort())
      }),
    )
  })

  it('stand in an order that does not depend on who met them first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 4 })), (ids) => {
        const [there, back] = [new KnownItems(), new KnownItems()]
        for (const id of ids) there.set(id, true)
        for (const id of [...ids].reverse()) back.set(id, true)
        const listed = (known: KnownItems): string[] => ids.map((_, place) => known.at(place))
        expect(listed(back)).toEqual(listed(there))
        expect(new Set(listed(there)).size).toBe(ids.length)
      }),
    )
  })
})
