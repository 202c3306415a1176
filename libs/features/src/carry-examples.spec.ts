import { bytesOf, float32Of, uint32Of } from '@freshet/kernel'
import { carryExamples } from './carry-examples'
import { compileDictionary } from './dictionary'
import type { FeatureLayout } from './layout'
import { type PackedParts, packedExample, packParts, userPart } from './parts'

const TEXT = `
name: shop
events: { view: {} }
user: [{ kind: id, name: user }, { kind: total, name: all }]
item: [{ kind: id, name: item }, { kind: category, name: genre, slots: 3 }, { kind: numeric, name: price }]
cross: [{ kind: pair, name: did, events: [view] }, { kind: cross, name: both, user: id, item: id }]`

const layoutOf = (text: string): FeatureLayout => compileDictionary(text).layout
const current = layoutOf(TEXT)

/** Ids that count from `first`, and numbers likewise. */
const part = (ids: number, numbers: number, first = 1): PackedParts => ({
  ids: bytesOf(Uint32Array.from({ length: 2 * ids }, (_, i) => first + Math.floor(i / 2))),
  numbers: bytesOf(Float32Array.from({ length: numbers }, (_, i) => first + i)),
})

const idsIn = ({ ids }: PackedParts = part(0, 0)): number[] => [...uint32Of(ids)].filter((_, i) => i % 2 === 0)
const numbersIn = ({ numbers }: PackedParts = part(0, 0)): number[] => [...float32Of(numbers)]

describe('examples of an older layout', () => {
  it('have no id and zero for what was added, each part for itself', () => {
    const next = layoutOf(
      TEXT.replace('user: [', 'user: [{ kind: category, name: genre, slots: 2 }, { kind: mean, name: price }, ')
        .replace('item: [', 'item: [{ kind: mean, name: mean }, ')
        .replace('cross: [', 'cross: [{ kind: cross, name: last, user: last, item: id }, '),
    )
    const carriage = carryExamples(current, next)
    const user = carriage.user(part(1, 1))
    expect([idsIn(user), numbersIn(user)]).toEqual([
      [0, 0, 1],
      [0, 1],
    ])
    const item = carriage.item(part(5, 3))
    expect([idsIn(item), numbersIn(item)]).toEqual([
      [1, 2, 3, 4, 0, 5],
      [0, 1, 2, 3],
    ])
  })

  it('lose what was taken away, and go where it stands now', () => {
    const next = layoutOf(
      TEXT.replace(', { kind: numeric, name: price }', '')
        .replace('slots: 3', 'slots: 2')
        .replace('[{ kind: pair, name: did, events: [view] }, ', '['),
    )
    const item = carryExamples(current, next).item(part(5, 3))
    expect([idsIn(item), numbersIn(item)]).toEqual([[1, 2, 3, 5], []])
  })

  it('stay as they are under the same layout', () => {
    const carriage = carryExamples(current, layoutOf(`${TEXT} # again`))
    expect(carriage.user(part(1, 1))).toEqual(part(1, 1))
    expect(carriage.item(part(5, 3))).toEqual(part(5, 3))
  })

  it('are no examples where they are of another length', () => {
    const carriage = carryExamples(current, current)
    expect(carriage.user(part(2, 1))).toBeUndefined()
    expect(carriage.user(part(1, 0))).toBeUndefined()
    expect(carriage.item(part(5, 4))).toBeUndefined()
  })

  it('say of a feature that goes on what the newer dictionary would say itself', () => {
    const [before, after] = [compileDictionary(TEXT), compileDictionary(TEXT.replace('user: [', 'user: [{ kind: bias, name: bias }, '))]
    const scope = { userId: 'ann', user: undefined, itemId: 'lamp', item: undefined, context: {}, nowMs: 1 }
    const carriage = carryExamples(before.layout, after.layout)
    const userOf = (dictionary: typeof before): PackedParts => packParts(userPart(dictionary, undefined, scope))
    expect(carriage.user(userOf(before))).toEqual(userOf(after))
    expect(carriage.item(packedExample(before, scope))).toEqual(packedExample(after, scope))
  })
})
