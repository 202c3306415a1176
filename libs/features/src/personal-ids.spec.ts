import { AttributeValue, ItemState, PairCounts, UserState } from '@freshet/contracts'
import { uint32Of } from '@freshet/kernel'
import { compileDictionary } from './dictionary'
import { crossPart, userPart } from './parts'
import { personalIds } from './personal-ids'

const dictionary = compileDictionary(`
name: test
events: { view: {} }
user: [{ kind: id, name: user }, { kind: category, name: plan }]
item: [{ kind: id, name: item }]
cross:
  - { kind: cross, name: user_genre, user: id, item: genre, slots: 2 }
  - { kind: cross, name: user_item, user: id, item: id }
  - { kind: cross, name: plan_item, user: plan, item: id }`)

const texts = (...values: string[]): AttributeValue => ({ kind: { $case: 'texts', texts: { values } } })
const items: Record<string, ItemState> = {
  a: ItemState.create({ attributes: { genre: texts('war', 'love') } }),
  b: ItemState.create({ attributes: { genre: texts('war') } }),
}
const user = UserState.create({ attributes: { plan: texts('pro') }, items: { b: PairCounts.create({}), a: PairCounts.create({}) } })
const pairsOf = (ids: Uint8Array | Uint32Array): string[] => {
  const words = ids instanceof Uint32Array ? ids : uint32Of(ids)
  return Array.from({ length: words.length / 2 }, (_, i) => `${words[2 * i]}:${words[2 * i + 1]}`)
}
const moment = { userId: 'u', user, context: {}, nowMs: 1 }

describe('personal ids', () => {
  it('are all ids that a user’s id is part of, as far as the state remembers, and no others', () => {
    const personal = pairsOf(personalIds(dictionary, { userId: 'u', user, item: (id) => items[id] }))
    const [own, plan] = pairsOf(userPart(dictionary, user, moment).ids)
    const crosses = ['a', 'b'].map((itemId) => pairsOf(crossPart(dictionary, { ...moment, itemId, item: items[itemId] }).ids))
    const [[warOfA, loveOfA, itemA, planA], [warOfB, , itemB, planB]] = crosses
    expect(warOfA).toBe(warOfB)
    expect(personal).toEqual([own, warOfA, loveOfA, itemA, itemB])
    for (const shared of [plan, planA, planB]) expect(personal).not.toContain(shared)
  })

  it('of a stranger are its id alone', () => {
    expect(pairsOf(personalIds(dictionary, { userId: 'u', user: undefined, item: () => undefined }))).toHaveLength(1)
  })
})
