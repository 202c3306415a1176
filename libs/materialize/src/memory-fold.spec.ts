import type { EventRecord, ExampleGroup, MovedHistory, Touch } from '@freshet/contracts'
import { actorOf, compileDictionary } from '@freshet/features'
import { type MemoryFold, openMemoryFold } from './memory-fold'
import { eventRecord, testDictionaryText, tickRecord } from './records.fixture'

const dictionary = compileDictionary(testDictionaryText)
const click = (userId: string, itemId: string, timeMs: number): EventRecord => eventRecord({ userId, itemId, type: 'click', timeMs })

describe('a fold in memory', () => {
  it('makes each event effective at once, for its user, its item and the catalogue', () => {
    const fold = openMemoryFold({ dictionary })
    fold.event(click('u', 'a', 1))
    expect(fold.user('u')).toMatchObject({ events: 1 })
    expect(fold.item('a')).toMatchObject({ events: 1 })
    expect([fold.known.size, fold.known.at(0)]).toEqual([1, 'a'])
  })

  it('gives the groups of an event, and of a tick in every partition', () => {
    const fold = openMemoryFold({ dictionary })
    expect(fold.event(click('u', 'a', 1))).toHaveLength(1)
    const waiting = (userId: string): EventRecord =>
      eventRecord({ userId, itemId: 'a', type: 'click', requestId: `r-${userId}`, timeMs: 1 })
    for (const userId of ['u', 'v', 'w']) expect(fold.event(waiting(userId))).toEqual([])
    expect(fold.event(tickRecord(1_000_000))).toHaveLength(3)
  })

  it('knows the attributes of the catalogue', () => {
    const fold = openMemoryFold({ dictionary })
    const attributes = { genre: { kind: { $case: 'text' as const, text: 'war' } } }
    fold.catalog({ record: { $case: 'item', item: { itemId: 'a', attributes, unavailable: false, createdMs: 0 } }, timeMs: 1 })
    expect(fold.item('a')).toMatchObject({ attributes, known: true, createdMs: 1 })
    fold.event(click('u', 'a', 2))
    expect(fold.user('u')?.categories['genre=war']).toMatchObject({ weight: 1 })
  })

  it('moves a session’s history at once, or leaves that to the log where it is one partition’s alone', () => {
    const session = { userId: '', sessionId: 's' }
    const link: EventRecord = { record: { $case: 'link', link: { sessionId: 's', userId: 'u' } }, sequence: 0, acceptedMs: 2 }
    const records = [eventRecord({ ...session, itemId: 'a', type: 'click', timeMs: 1 }), link]
    const [all, one] = [openMemoryFold({ dictionary, partitions: 2 }), openMemoryFold({ dictionary, partitions: 2, only: 1 })]
    for (const fold of [all, one]) for (const record of records) fold.event(record)
    const seen = (fold: MemoryFold): (number | undefined)[] => [actorOf(session), 'u'].map((actor) => fold.user(actor)?.events)
    expect([seen(all), seen(one)]).toEqual([
      [undefined, 1],
      [undefined, undefined],
    ])
  })

  it('tells of each touch and of each part of a history that events send, numbered by where they go', () => {
    const [touches, moved]: [Touch[], MovedHistory[]] = [[], []]
    const fold = openMemoryFold({ dictionary, partitions: 1, onTouch: (each) => touches.push(each), onMoved: (each) => moved.push(each) })
    for (const timeMs of [1, 2]) fold.event(eventRecord({ sessionId: 's', itemId: 'a', type: 'click', timeMs }))
    fold.event({ record: { $case: 'link', link: { sessionId: 's', userId: 'u' } }, sequence: 0, acceptedMs: 7 })
    const numbers = { sourcePartition: 0, itemId: 'a', type: 'click' }
    expect(touches).toMatchObject([0, 1].map((sequence) => ({ ...numbers, sequence, timeMs: sequence + 1 })))
    expect(moved).toMatchObject([{ sourcePartition: 0, sequence: 0, sessionId: 's', userId: 'u', linkedMs: 7 }])
  })

  it('names the records of one partition by their places in it', () => {
    const fold = openMemoryFold({ dictionary, partitions: 2, only: 1 })
    const offsets = ['u', 'v', 'w'].flatMap((user, i) => fold.event(click(user, 'a', i)).map(({ sourceOffset }) => sourceOffset))
    expect(offsets).toEqual([0, 1, 2])
  })

  it('is the same each time, and another under another seed', () => {
    const groupsOf = (seed: number): ExampleGroup[] => {
      const fold = openMemoryFold({ dictionary, seed })
      return Array.from({ length: 60 }, (_, i) => fold.event(click(`u${i % 7}`, `i${i % 13}`, i))).flat()
    }
    expect(groupsOf(1)).toEqual(groupsOf(1))
    expect(groupsOf(2)).not.toEqual(groupsOf(1))
  })
})
