import { type Event, type ExampleGroup, type FoldState, LabelSource } from '@freshet/contracts'
import { type Dictionary, compileDictionary, crossPart, foldItem, itemPart, packParts, userPart } from '@freshet/features'
import { hash64 } from '@freshet/kernel'
import { memoryStates } from './memory-states'
import { KnownItems } from './known-items'
import { PartitionFold } from './partition-fold'
import { eventRecord, shownItem, testDictionaryText, tickRecord } from './records.fixture'

const dictionary: Dictionary = compileDictionary(testDictionaryText)
const { joinWindowMs, lateClickMs, latenessMs, negatives } = dictionary.declared

/** One partition in memory, with its touches brought to their items at once. */
class House {
  readonly states = memoryStates(new KnownItems())
  readonly fold = new PartitionFold({ dictionary, partition: 0, partitions: 1, states: this.states })
  private offset = 0

  /** Folds an event and returns the groups that it completes. */
  event(facts: Partial<Event>, candidates: readonly string[] = []): readonly ExampleGroup[] {
    this.fold.event(eventRecord({ userId: 'u', ...facts }), { offset: this.offset++, candidates })
    return this.settle()
  }

  tick(timeMs: number, more: { replay?: boolean; closesReplay?: boolean } = {}): readonly ExampleGroup[] {
    this.fold.event(tickRecord(timeMs, more), { offset: this.offset++, candidates: [] })
    return this.settle()
  }

  get counters(): FoldState {
    return this.fold.state
  }

  private settle(): readonly ExampleGroup[] {
    for (const touch of this.fold.effects.takeTouches())
      this.states.saveItem(touch.itemId, foldItem(dictionary, this.states.item(touch.itemId), touch))
    return this.fold.effects.takeGroups().map(({ group }) => group)
  }
}

const shown = (requestId: string, timeMs: number, ...itemIds: string[]): Partial<Event> => ({
  type: 'impression',
  requestId,
  timeMs,
  impression: {
    items: itemIds.map((itemId) => shownItem(itemId)),
    surface: 'home',
    dictionaryHash: '',
    rowStep: 0,
    denseStep: 0,
    ...NO_FEATURES,
  },
})
const NO_FEATURES = { userIds: new Uint8Array(0), userNumbers: new Uint8Array(0) }
const click = (itemId: string, timeMs: number, requestId = ''): Partial<Event> => ({ type: 'click', itemId, timeMs, requestId })

const nameOf = (lo: number): string => ['a', 'b', 'c', 'd', 'e'].find((name) => hash64(name).lo === lo) ?? ''
/** A group as a sentence: which record completed it, and each item with its label and where that comes from. */
const spell = ({ sourceOffset, ordinal, items }: ExampleGroup): string =>
  `${sourceOffset}.${ordinal} ${items.map((each) => `${nameOf(each.itemLo)}${each.label}${each.weight === 0 ? '-' : SOURCE[each.source]}`).join(' ')}`
const SOURCE: Record<number, string> = {
  [LabelSource.LABEL_SOURCE_SERVED]: ' served',
  [LabelSource.LABEL_SOURCE_RECORD]: ' said',
  [LabelSource.LABEL_SOURCE_SAMPLED]: ' drawn',
}
const spellAll = (groups: readonly ExampleGroup[]): string[] => groups.map(spell)

describe('a record without a list', () => {
  it('yields its item and the drawn ones, by the features of just before', () => {
    const house = new House()
    house.event(click('b', 5))
    const before = { user: structuredClone(house.states.user('u')), item: structuredClone(house.states.item('a')) }
    const [group] = house.event({ ...click('a', 10), context: { device: 'phone' } }, ['b', 'c', 'd', 'e'])
    expect(spell(group)).toBe('1.0 a1 said b0 drawn c0 drawn')
    const scope = { userId: 'u', itemId: 'a', context: { device: 'phone' }, nowMs: 10, ...before }
    expect(group.userIds).toEqual(packParts(userPart(dictionary, before.user, scope)).ids)
    expect(group.userNumbers).toEqual(packParts(userPart(dictionary, before.user, scope)).numbers)
    const { ids, numbers } = packParts(itemPart(dictionary, before.item, scope), crossPart(dictionary, scope))
    expect(group.items[0]).toMatchObject({ ids, numbers })
    expect(group).toMatchObject({ timeMs: 10, dictionaryHash: dictionary.hash, userLo: hash64('u').lo, acceptedMs: 1010 })
  })

  it('yields as many items when nothing can be drawn, of weight 0', () => {
    const [group] = new House().event(click('a', 1), [])
    expect(spell(group)).toBe('0.0 a1 said 0- 0-')
    expect(group.items).toHaveLength(1 + negatives)
  })

  it('never draws its own item, nor what the user has consumed', () => {
    const house = new House()
    house.event({ type: 'purchase', itemId: 'b', timeMs: 1 })
    expect(spellAll(house.event(click('a', 2), ['a', 'b', 'c', 'a', 'd']))).toEqual(['1.0 a1 said c0 drawn d0 drawn'])
  })

  it('says yes or no by its value where it is explicit, and draws nothing', () => {
    const house = new House()
    const rating = (itemId: string, value: number): Partial<Event> => ({ type: 'rating', itemId, timeMs: 1, value })
    expect(spellAll(house.event(rating('a', 4), ['c', 'd']))).toEqual(['0.0 a1 said'])
    expect(spellAll(house.event(rating('b', 3.5), ['c', 'd']))).toEqual(['1.0 b0 said'])
  })

  it('yields nothing where its type says nothing, and still folds', () => {
    const house = new House()
    expect(house.event({ type: 'look', itemId: 'a', timeMs: 1 })).toEqual([])
    expect(house.states.user('u')).toMatchObject({ events: 1, lastItemId: 'a' })
    expect(house.states.item('a')).toMatchObject({ events: 1 })
  })
})

describe('a shown list', () => {
  it('turns what is clicked into positives at once, and what is not into negatives when its window has closed', () => {
    const house = new House()
    expect(house.event(shown('r', 0, 'a', 'b', 'c'))).toEqual([])
    expect(spellAll(house.event(click('b', 5, 'r')))).toEqual(['1.0 b1 served'])
    expect(house.tick(joinWindowMs + latenessMs - 1)).toEqual([])
    expect(spellAll(house.tick(joinWindowMs + latenessMs))).toEqual(['3.0 a0 served c0 served'])
    expect(house.tick(joinWindowMs * 9)).toEqual([])
  })

  it('keeps the features that it was served with, whatever happens meanwhile', () => {
    const house = new House()
    const { user, item, cross } = dictionary.layout
    const served = {
      dictionaryHash: dictionary.hash,
      userIds: new Uint8Array(user.ids * 8).fill(1),
      userNumbers: new Uint8Array(user.numbers * 4).fill(2),
      items: [
        {
          ...shownItem('a'),
          ids: new Uint8Array((item.ids + cross.ids) * 8).fill(3),
          numbers: new Uint8Array((item.numbers + cross.numbers) * 4).fill(4),
        },
      ],
    }
    house.event({ type: 'impression', requestId: 'r', timeMs: 0, impression: { ...served, surface: '', rowStep: 0, denseStep: 0 } })
    house.event(click('b', 3))
    const [group] = house.event(click('a', 5, 'r'))
    expect(group).toMatchObject({
      userIds: served.userIds,
      userNumbers: served.userNumbers,
      items: [{ ids: served.items[0].ids, numbers: served.items[0].numbers }],
    })
  })

  it('gets the features of its own moment where another system, or another dictionary, served it', () => {
    for (const dictionaryHash of ['', 'ffffffffffffffff']) {
      const house = new House()
      const list = shown('r', 0, 'a')
      house.event({ ...list, impression: list.impression && { ...list.impression, dictionaryHash } })
      house.event(click('b', 3))
      const [group] = house.event(click('a', 5, 'r'))
      const then = { userId: 'u', itemId: 'a', nowMs: 0, user: undefined, item: undefined, context: {} }
      expect(group.userIds).toEqual(packParts(userPart(dictionary, undefined, then)).ids)
      expect(group.items[0]).toMatchObject(packParts(itemPart(dictionary, undefined, then), crossPart(dictionary, then)))
    }
  })

  it('takes a label after its window: beside the negative that it corrects, by the same features, once, and until it is forgotten', () => {
    const house = new House()
    house.event(shown('r', 0, 'a', 'b'))
    const [told] = house.tick(joinWindowMs + latenessMs)
    expect(spell(told)).toBe('1.0 a0 served b0 served')
    const [late] = house.event(click('a', joinWindowMs + 5, 'r'))
    expect(spell(late)).toBe('2.0 a1 served')
    expect([late.userIds, late.items[0].ids, late.items[0].numbers]).toEqual([told.userIds, told.items[0].ids, told.items[0].numbers])
    expect(house.event(click('a', joinWindowMs + 6, 'r'))).toEqual([])
    expect(house.counters.lateLabels).toBe(1)
    expect(house.tick(2 * joinWindowMs + latenessMs)).toEqual([])
    expect(spellAll(house.event(click('b', 2 * joinWindowMs, 'r'), ['c', 'd']))).toEqual([])
    expect(spellAll(house.tick(2 * joinWindowMs + lateClickMs + latenessMs))).toEqual(['6.0 b1 said c0 drawn d0 drawn'])
  })

  it('takes one event of each type for an item', () => {
    const house = new House()
    house.event(shown('r', 0, 'a', 'b'))
    expect(spellAll(house.event(click('a', 1, 'r')))).toEqual(['1.0 a1 served'])
    expect(house.event(click('a', 2, 'r'))).toEqual([])
    expect(spellAll(house.event({ type: 'purchase', itemId: 'a', timeMs: 3, requestId: 'r' }))).toEqual(['3.0 a1 served'])
  })

  it('does not explain an item that it did not show, nor another user’s click', () => {
    const house = new House()
    house.event(shown('r', 0, 'a'))
    expect(spellAll(house.event(click('b', 1, 'r'), ['c', 'd']))).toEqual(['1.0 b1 said c0 drawn d0 drawn'])
    expect(spellAll(house.event({ ...click('a', 1, 'r'), userId: 'v' }, ['c', 'd']))).toEqual(['2.0 a1 said c0 drawn d0 drawn'])
  })

  it('takes the clicks that came before it, in their order', () => {
    const house = new House()
    expect(house.event(click('b', 2, 'r'), ['c', 'd'])).toEqual([])
    expect(house.event(click('a', 3, 'r'), ['c', 'd'])).toEqual([])
    expect(spellAll(house.event(shown('r', 1, 'a', 'b')))).toEqual(['2.0 b1 served', '2.1 a1 served'])
    expect(house.tick(joinWindowMs * 2)).toEqual([])
  })

  it('is not waited for longer than declared: then the click speaks for itself, by the features of its own moment', () => {
    const house = new House()
    house.event(click('a', 10, 'r'), ['c', 'd'])
    const before = structuredClone(house.states.user('v'))
    expect(house.tick(10 + lateClickMs + latenessMs - 1)).toEqual([])
    const [group] = house.tick(10 + lateClickMs + latenessMs)
    expect(spell(group)).toBe('2.0 a1 said c0 drawn d0 drawn')
    expect(group.userNumbers).toEqual(packParts(userPart(dictionary, before, { userId: 'u', nowMs: 10 })).numbers)
    expect(group.timeMs).toBe(10)
  })

  it('waits once under its id', () => {
    const house = new House()
    house.event(shown('r', 0, 'a'))
    house.event(shown('r', 1, 'b'))
    expect(spellAll(house.tick(joinWindowMs * 2))).toEqual(['2.0 a0 served'])
  })

  it('counts its showings with the items', () => {
    const house = new House()
    house.event(shown('r', 0, 'a', 'b'))
    expect(house.states.item('b')?.windows.item_rate_per.counts).toEqual([1])
    expect(house.states.user('u')).toMatchObject({ events: 0 })
  })
})

describe('time', () => {
  it('is moved by ticks alone', () => {
    const house = new House()
    house.event(shown('r', 0, 'a'))
    house.event(click('b', joinWindowMs * 5))
    expect(spellAll(house.event(click('a', 1, 'r')))).toEqual(['2.0 a1 served'])
  })

  it('makes late what lies behind the watermark: it folds, joins nothing and is counted', () => {
    const house = new House()
    house.event(shown('r', 900, 'a'))
    house.tick(1000 + latenessMs)
    expect(spellAll(house.event(click('a', 999, 'r'), ['c', 'd']))).toEqual(['2.0 a1 said c0 drawn d0 drawn'])
    expect(spellAll(house.event(click('a', 1000, 'r')))).toEqual(['3.0 a1 served'])
    house.event(shown('q', 999, 'b'))
    expect(house.counters.late).toBe(2)
    expect(house.states.user('u')).toMatchObject({ events: 2 })
    expect(house.tick(joinWindowMs * 5)).toEqual([])
  })

  it('never runs backwards under one clock', () => {
    const house = new House()
    house.tick(5000)
    house.tick(4000)
    expect(house.counters.watermarkMs).toBe(5000 - latenessMs)
  })

  it('closes all windows when a replay closes', () => {
    const house = new House()
    house.tick(100, { replay: true })
    house.event(shown('r', 100, 'a'))
    house.event(click('b', 101, 'q'))
    expect(spellAll(house.tick(101, { replay: true, closesReplay: true }))).toEqual(['3.0 b1 said 0- 0-', '3.1 a0 served'])
  })

  it('starts over when another clock takes over, and closes what the first left open', () => {
    const house = new House()
    house.tick(1_000_000)
    house.event(shown('r', 1_000_000, 'a'))
    expect(spellAll(house.tick(500, { replay: true }))).toEqual(['2.0 a0 served'])
    expect(house.event(click('b', 500))).toHaveLength(1)
    expect(house.counters.late).toBe(0)
  })
})

describe('a file that is replayed again', () => {
  const DAY_MS = 86_400_000
  const replay = (house: House, prefix: string): void => {
    for (let day = 1; day <= 60; day++) {
      house.tick(day * DAY_MS, { replay: true })
      house.event({ ...click('a', day * DAY_MS), eventId: `${prefix}${day}` })
    }
    house.tick(60 * DAY_MS, { replay: true, closesReplay: true })
  }

  it('changes nothing, however long the time that it tells of', () => {
    const house = new House()
    replay(house, 'x')
    replay(house, 'x')
    expect(house.counters).toMatchObject({ folded: 60, duplicates: 60, late: 0 })
  })

  it('starts a clock of its own, so that another file of older times is not late', () => {
    const house = new House()
    replay(house, 'x')
    replay(house, 'y')
    expect(house.counters).toMatchObject({ folded: 120, duplicates: 0, late: 0 })
  })
})

describe('an event', () => {
  it('is effective once', () => {
    const house = new House()
    expect(house.event({ ...click('a', 1), eventId: 'x' })).toHaveLength(1)
    expect(house.event({ ...click('a', 1), eventId: 'x' })).toEqual([])
    expect(house.counters).toMatchObject({ folded: 1, duplicates: 1 })
    expect(house.states.item('a')).toMatchObject({ events: 1 })
  })

  it('of a type that the dictionary does not know is counted and left', () => {
    const house = new House()
    expect(house.event({ type: 'sneeze', itemId: 'a', timeMs: 1 })).toEqual([])
    expect(house.counters).toMatchObject({ folded: 0, unreadable: 1 })
  })

  it('of a session without a user belongs to the session', () => {
    const house = new House()
    house.event({ ...click('a', 1), userId: '', sessionId: 'x' })
    expect(house.states.user('s:x')).toMatchObject({ events: 1 })
  })
})
