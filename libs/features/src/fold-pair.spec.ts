import { Event, UserState } from '@freshet/contracts'
import fc from 'fast-check'
import { compileDictionary, meaningOf } from './dictionary'
import { foldUser, isConsumed } from './fold-user'
import { mergeUsers } from './merge-users'

describe('a deed that is taken back', () => {
  const shop = compileDictionary(`
name: shop
events:
  view: {}
  buy: { label: positive, consumes: true }
  keep: { label: positive, consumes: true }
  return: { label: negative, corrects: [buy] }
  dismiss: { label: negative, consumes: true }
  rate: { label: { atLeast: 4 }, explicit: true, consumes: true }
  unrate: { corrects: [rate] }
user:
  - { kind: sequence, name: bought, events: [buy], last: 5 }
  - { kind: sequence, name: recent, events: [view, buy], last: 5 }
  - { kind: sequence, name: liked, events: [rate], last: 5, atLeast: 4 }
  - { kind: count, name: buys, events: [buy], windowMs: 1000 }
item: [{ kind: id, name: item }]`)
  /** A state of before the dictionary asked for more. */
  const lenient = (deed: string): UserState | undefined => {
    const before = compileDictionary(shop.text.replace('atLeast: 4 }, explicit', 'atLeast: 2 }, explicit'))
    const [type, value] = deed.split(' ')
    const meaning = meaningOf(before, type)
    const event = Event.create({ type, itemId: 'a', timeMs: 1, value: Number(value) })
    return meaning && foldUser(before, undefined, { event, meaning, item: undefined })
  }
  /** What is left after deeds to one item, each a type or a type with its value: `rate 5`. */
  const after = (...deeds: string[]): UserState | undefined => deeds.reduce<UserState | undefined>(did, undefined)
  const did = (state: UserState | undefined, deed: string, timeMs: number): UserState | undefined => {
    const [type, value, itemId = 'a'] = deed.split(' ')
    const meaning = meaningOf(shop, type)
    const event = Event.create({ type, itemId, timeMs, value: value ? Number(value) : undefined })
    return meaning && foldUser(shop, state, { event, meaning, item: undefined })
  }

  it('has not happened to its item any more: it may be recommended again, and stands in no sequence', () => {
    expect(isConsumed(after('buy'), 'a')).toBe(true)
    const state = after('buy', 'return')
    expect(isConsumed(state, 'a')).toBe(false)
    expect(state?.items.a.counts).toEqual([0, 0, 0, 1, 0, 0, 0])
    expect(state?.sequences.bought.itemIds).toEqual([])
  })

  it('goes once each time: what was done twice was still done', () => {
    expect(isConsumed(after('buy', 'buy', 'return'), 'a')).toBe(true)
    expect(after('buy', 'buy', 'return')?.sequences.bought.itemIds).toEqual(['a'])
    expect(isConsumed(after('buy', 'buy', 'return', 'return', 'return'), 'a')).toBe(false)
  })

  it('leaves consumed what something else consumes', () => expect(isConsumed(after('keep', 'buy', 'return'), 'a')).toBe(true))

  it('counts in windows all the same: it did happen', () => {
    expect(after('buy', 'return')?.windows.buys.counts).toEqual([1])
  })

  it('without anything to take back changes nothing else', () => expect(after('return')?.items.a.counts).toEqual([0, 0, 0, 1, 0, 0, 0]))

  it('is not a dismissal, which takes the item out of answers by saying no', () => expect(isConsumed(after('dismiss'), 'a')).toBe(true))

  it('may be of an item that is forgotten in the same moment', () => {
    const bought = Array.from({ length: 1023 }, (_, i) => `buy  i${i}`) // as many events as are folded between two times of forgetting
    const state = after(...bought, 'return  another')
    expect(state?.events).toBe(1024)
    expect(state?.items.another).toBeUndefined()
    expect(Object.keys(state?.items ?? {})).toHaveLength(1000)
  })

  it('of a forgotten item is taken back before that item goes', () => {
    const bought = Array.from({ length: 1022 }, (_, i) => `buy  i${i}`)
    const state = after('buy  first', ...bought, 'return  first')
    expect(state?.items.first).toBeUndefined()
    expect(state?.sequences.bought.itemIds).not.toContain('first')
  })

  it('leaves nothing consumed by a judgement that consumed nothing', () => {
    expect(isConsumed(after('rate 2', 'buy', 'return'), 'a')).toBe(false)
    expect(isConsumed(after('rate', 'buy', 'return'), 'a')).toBe(false)
    expect(isConsumed(after('buy', 'rate 2', 'return'), 'a')).toBe(false)
    expect(isConsumed(after('rate 5', 'rate 2', 'buy', 'return'), 'a')).toBe(true)
  })

  it('takes the last judgement back, and leaves those before it', () => {
    expect(isConsumed(after('rate 2', 'rate 5', 'unrate'), 'a')).toBe(false)
    const state = after('rate 5', 'rate 2', 'unrate')
    expect(isConsumed(state, 'a')).toBe(true)
    expect(state?.sequences.liked.itemIds).toEqual(['a'])
    expect(after('rate 5', 'rate 2', 'unrate', 'unrate')?.sequences.liked.itemIds).toEqual([])
  })

  it('leaves consumed what was said more often than is remembered', () => {
    const said = ['rate 5', ...Array.from({ length: 8 }, () => 'rate 2')]
    expect(isConsumed(after(...said, 'buy', 'return'), 'a')).toBe(true)
  })

  it('leaves an item consumed that what is taken back never consumed, though another dictionary would not call it so', () => {
    const stern = compileDictionary(shop.text.replace('user:', '  unview: { corrects: [view] }\nuser:'))
    const kept = ['view', 'unview'].reduce<UserState | undefined>((state, type, i) => {
      const meaning = meaningOf(stern, type)
      return meaning && foldUser(stern, state, { event: Event.create({ type, itemId: 'a', timeMs: 2 + i }), meaning, item: undefined })
    }, lenient('rate 2'))
    expect(kept?.items.a.counts[0]).toBe(0)
    expect(isConsumed(kept, 'a')).toBe(true)
  })

  it('leaves in a sequence what another type put there', () => {
    const state = after('view', 'buy', 'view', 'return')
    expect(state?.sequences.recent).toMatchObject({ itemIds: ['a', 'a'], timesMs: [0, 2] })
    expect(after('view', 'return')?.sequences.recent.itemIds).toEqual(['a'])
  })

  it('may stand in a sequence of before types were kept', () => {
    const state = after('view', 'buy')
    if (state) state.sequences.recent.types = []
    const next = did(state, 'return', 2)
    expect(next?.sequences.recent).toMatchObject({ itemIds: ['a'], timesMs: [0] })
    expect(did(next, 'buy', 3)?.sequences.recent).toEqual({ itemIds: ['a', 'a'], timesMs: [0, 3], types: [0, 2] })
  })

  it('may have been done by a session that turned out to be the user', () => {
    const [early, late] = [['rate 5', 'view', 'buy'], ['rate 2']].map((deeds) => after(...deeds))
    const merged = late && early && mergeUsers(shop, late, early)
    expect(merged?.items.a.judgements.map(({ value }) => value)).toEqual([2, 5]) // the session came later
    expect(isConsumed(did(merged, 'unrate', 9), 'a')).toBe(true) // by the purchase
    expect(isConsumed(did(did(merged, 'unrate', 9), 'return', 10), 'a')).toBe(false)
    expect(did(merged, 'return', 11)?.sequences.recent.types).toEqual([1])
  })

  it('agrees with a recount of what was never taken back', () => {
    const corrected = new Map([
      ['return', 'buy'],
      ['unrate', 'rate'],
    ])
    const deeds = fc.array(fc.constantFrom('view', 'buy', 'keep', 'return', 'rate 2', 'rate 5', 'unrate'), { maxLength: 8 })
    fc.assert(
      fc.property(deeds, (all) => {
        const left = all.reduce<readonly string[]>((kept, deed) => {
          const taken = corrected.get(deed)
          const at = taken === undefined ? -1 : kept.findLastIndex((each) => each.startsWith(taken))
          return at < 0 ? [...kept, deed] : [...kept.slice(0, at), ...kept.slice(at + 1), deed]
        }, [])
        const state = after(...all)
        expect(isConsumed(state, 'a')).toBe(left.some((deed) => ['buy', 'keep', 'rate 5'].includes(deed)))
        const sizes = ['bought', 'recent', 'liked'].map((name) => state?.sequences[name]?.itemIds.length ?? 0)
        const counted = (...of: string[]): number => Math.min(5, left.filter((deed) => of.includes(deed)).length)
        expect(sizes.slice(0, 1)).toEqual([counted('buy')])
        expect(sizes[2]).toBe(counted('rate 5'))
        if (all.length <= 5) expect(sizes[1]).toBe(counted('view', 'buy'))
      }),
    )
  })
})
