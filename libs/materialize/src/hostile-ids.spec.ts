import { Impression, LabelSource } from '@freshet/contracts'
import { builtInDictionaries, builtInDictionary, compileDictionary, labelOf } from '@freshet/features'
import { openMemoryFold } from './memory-fold'
import { eventRecord, shownItem, tickRecord } from './records.fixture'

/** Names that every object answers to. */
const HOSTILE = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__']

describe.each(builtInDictionaries())('under dictionary %s', (name) => {
  const dictionary = compileDictionary(builtInDictionary(name))
  const meanings = [...dictionary.meanings.values()]
  const deeds = meanings.filter(({ impression }) => !impression)

  it('items, users, sessions and lists may have any name: they are drawn, touched, joined and linked as others', () => {
    const fold = openMemoryFold({ dictionary, partitions: 2 })
    for (const itemId of HOSTILE)
      fold.catalog({ record: { $case: 'item', item: { itemId, attributes: {}, unavailable: false, createdMs: 1 } }, timeMs: 1 })
    const groups = HOSTILE.flatMap((userId, u) =>
      ['book', ...HOSTILE].flatMap((itemId, i) =>
        deeds.flatMap(({ type }) => fold.event(eventRecord({ userId, itemId, type, value: 5, timeMs: 100 * u + i }))),
      ),
    )
    const items = groups.flatMap((group) => group.items)
    const isPositive = deeds.some((meaning) => labelOf(meaning, 5) === 1 && !meaning.explicit)
    if (isPositive) expect(items.some(({ source, ids }) => source === LabelSource.LABEL_SOURCE_SAMPLED && ids.length > 0)).toBe(true)
    for (const itemId of HOSTILE) {
      expect(fold.item(itemId)?.events).toBe(HOSTILE.length * deeds.filter(({ touches }) => touches).length)
      expect(Object.keys(fold.user(itemId)?.items ?? {}).sort()).toEqual(['book', ...HOSTILE].sort())
    }
  })

  it('a list of such items takes its labels, and a session of such a name goes over to its user', () => {
    const fold = openMemoryFold({ dictionary, partitions: 2 })
    const [sessionId, requestId] = ['__proto__', 'constructor']
    const type = meanings.find((meaning) => meaning.impression)?.type
    const clicked = deeds.find((meaning) => labelOf(meaning, 5) === 1)?.type
    if (type === undefined || clicked === undefined) return
    const items = HOSTILE.map(shownItem)
    fold.event(tickRecord(1))
    fold.event(eventRecord({ sessionId, type, requestId, timeMs: 2, impression: Impression.create({ items }) }))
    fold.event({ record: { $case: 'link', link: { sessionId, userId: 'toString' } }, sequence: 0, acceptedMs: 3 })
    const [joined] = fold.event(eventRecord({ userId: 'toString', itemId: '__proto__', type: clicked, value: 5, requestId, timeMs: 4 }))
    expect(joined.items).toMatchObject([{ label: 1, source: LabelSource.LABEL_SOURCE_SERVED }])
    const [ignored] = fold.event(tickRecord(10 * dictionary.declared.joinWindowMs))
    expect(ignored.items).toHaveLength(HOSTILE.length - 1)
  })
})
