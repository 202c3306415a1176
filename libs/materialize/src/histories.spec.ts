import { CatalogRecord, type EventRecord, ExampleGroup, FoldState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { compileDictionary, personalIds, userKey } from '@freshet/features'
import { hash64, partitionOf } from '@freshet/kernel'
import { DICTIONARY_KEY } from './partition-fold'
import { FOLD_KEY } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { eventRecord, shownItem, testDictionaryText, tickRecord } from './records.fixture'

/** In a house of two partitions, the session lives apart from its user. */
const USER = 'u'
const SESSION = ['web1', 'web2', 'web3', 'web4'].find((id) => partitionOf(`s:${id}`, 2) !== partitionOf(USER, 2)) ?? ''
const empty = new Uint8Array(0)

const forget = (userId: string, acceptedMs = 10_000): EventRecord => ({
  record: { $case: 'forget', forget: { userId, sessionId: '' } },
  sequence: 0,
  acceptedMs,
})
const link = (acceptedMs = 5000): EventRecord => ({
  record: { $case: 'link', link: { sessionId: SESSION, userId: USER } },
  sequence: 0,
  acceptedMs,
})
const shown = (requestId: string, timeMs: number, by: object, ...items: string[]): EventRecord =>
  eventRecord({
    ...{ type: 'impression', requestId, timeMs, ...by },
    impression: {
      items: items.map(shownItem),
      surface: '',
      dictionaryHash: '',
      userIds: empty,
      userNumbers: empty,
      rowStep: 0,
      denseStep: 0,
    },
  })
const click = (itemId: string, timeMs: number, more: object = {}): EventRecord =>
  eventRecord({ type: 'click', itemId, timeMs, userId: USER, ...more })
const bySession = { userId: '', sessionId: SESSION }

async function stateOf(house: LogHouse, actor: string): Promise<UserState | undefined> {
  const [value] = await house.store.read(partitionOf(actor, 2), [userKey(actor)])
  return value && UserState.decode(value)
}

const labelsOf = (groups: readonly ExampleGroup[]): string[] =>
  groups.map(({ items }) =>
    items
      .filter(({ source }) => source !== 3)
      .map(({ label, source }) => `${label}${source === 1 ? ' served' : ' said'}`)
      .join(),
  )

const examplesOf = (house: LogHouse, actor: string): Promise<ExampleGroup[]> => house.examples(partitionOf(actor, 2))

describe('forgetting a user', () => {
  it('leaves no state, no waiting list and no held click, and names the rows that are to go', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1), shown('r', 2, { userId: USER }, 'a', 'b'), click('c', 3, { requestId: 'q' }), forget(USER))
    await house.append(tickRecord(100_000))
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
    const groups = await examplesOf(house, USER)
    expect(labelsOf(groups)).toEqual(['1 said', ''])
    const rows = personalIds(house.dictionary, { userId: USER, user: undefined, item: () => undefined })
    expect(groups[1]).toMatchObject({ forgottenIds: Buffer.from(rows), items: [], userLo: hash64(USER).lo })
    for (const prefix of ['w:', 'c:']) expect(await house.store.scan(partitionOf(USER, 2), { prefix, limit: 9 })).toEqual([])
  })

  it('lets what the user does later begin anew: the same bytes as a stranger’s', async () => {
    const [forgotten, stranger] = [new LogHouse(), new LogHouse()]
    await forgotten.append(click('a', 1), click('b', 2), forget(USER), click('c', 20_000))
    await stranger.append(click('c', 20_000))
    for (const house of [forgotten, stranger]) await house.drain()
    expect(await stateOf(forgotten, USER)).toEqual(await stateOf(stranger, USER))
    const last = (groups: readonly ExampleGroup[]): unknown => ({ ...groups.at(-1), sourceOffset: 0, items: groups.at(-1)?.items[0] })
    expect(last(await examplesOf(forgotten, USER))).toEqual(last(await examplesOf(stranger, USER)))
  })

  it('remembers event ids, so that a client that repeats what it sent brings nothing back', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, { eventId: 'x' }), forget(USER), click('a', 1, { eventId: 'x' }))
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
  })

  it('holds when the store is lost and the log is folded again, whatever the catalogue said before', async () => {
    const house = new LogHouse()
    const user = { userId: USER, attributes: { genre: { kind: { $case: 'text' as const, text: 'war' } } } }
    await house.appendCatalog(USER, { $case: 'user', user })
    await house.append(click('a', 1))
    await house.drain()
    await house.appendCatalog(USER, { $case: 'deletedUserId', deletedUserId: USER })
    await house.append(forget(USER))
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
    const written = await examplesOf(house, USER)
    house.forgetStore()
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
    expect(await examplesOf(house, USER)).toEqual(written)
  })

  it('lets no list wait that was shown before, and comes after: it carries features of what is gone', async () => {
    const house = new LogHouse()
    await house.append(forget(USER, 10_000), shown('before', 9_999, { userId: USER }, 'a'), shown('after', 10_001, { userId: USER }, 'b'))
    await house.append(tickRecord(100_000))
    await house.drain()
    const [, told] = await examplesOf(house, USER)
    expect(told.items.map(({ itemLo }) => itemLo)).toEqual([hash64('b').lo])
  })

  it('leaves others alone, and what items remember', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1), click('a', 1, { userId: 'v' }), forget(USER))
    await house.drain()
    expect(await stateOf(house, 'v')).toMatchObject({ events: 1 })
    expect(await house.item('a')).toMatchObject({ events: 2 })
  })
})

describe('a session that turns out to be a user', () => {
  it('brings a history that does not fit into one record: long categories as well as items', async () => {
    const house = new LogHouse()
    const categories = Array.from({ length: 90 }, (_, i) => `${i}`.padEnd(16_000, 'x'))
    for (const [i, genre] of categories.entries()) {
      const item = {
        itemId: `i${i}`,
        attributes: { genre: { kind: { $case: 'text' as const, text: genre } } },
        unavailable: false,
        createdMs: 0,
      }
      await house.appendCatalog(`i${i}`, { $case: 'item', item })
    }
    await house.drain()
    await house.append(...categories.map((_, i) => click(`i${i}`, 1 + i, bySession)), link())
    await house.drain()
    expect(await stateOf(house, `s:${SESSION}`)).toBeUndefined()
    const state = await stateOf(house, USER)
    expect(state).toMatchObject({ events: 90, lastItemId: 'i89' })
    expect(Object.keys(state?.categories ?? {}).filter((key) => key.length > 16_000)).toHaveLength(90)
  })

  it('brings what it did to the user’s partition, and keeps none of it', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, bySession), click('b', 2), click('c', 3, bySession), link())
    await house.drain()
    expect(await stateOf(house, `s:${SESSION}`)).toBeUndefined()
    expect(await stateOf(house, USER)).toMatchObject({ events: 3, sequences: { recent: { itemIds: ['a', 'b', 'c'] } }, lastItemId: 'c' })
    expect(Object.keys((await stateOf(house, USER))?.items ?? {}).sort()).toEqual(['a', 'b', 'c'])
  })

  it('brings its waiting lists: the user’s click is answered by what the session was shown', async () => {
    const house = new LogHouse()
    await house.append(shown('r', 1, bySession, 'a', 'b'), link())
    await house.drain()
    await house.append(click('a', 5, { requestId: 'r' }), tickRecord(100_000))
    await house.drain()
    expect(labelsOf(await examplesOf(house, USER))).toEqual(['1 served', '0 served'])
    expect(await examplesOf(house, `s:${SESSION}`)).toEqual([])
  })

  it('answers also the click that was faster than its history', async () => {
    const house = new LogHouse()
    await house.append(shown('r', 1, bySession, 'a'), click('a', 5, { requestId: 'r' }), link())
    await house.drain()
    expect(labelsOf(await examplesOf(house, USER))).toEqual(['1 served'])
  })

  it('keeps its lists to itself before it is linked, also from a click that names both', async () => {
    const house = new LogHouse()
    await house.append(shown('r', 1, bySession, 'a', 'b'), click('a', 5, { requestId: 'r', sessionId: SESSION }), tickRecord(100_000))
    await house.drain()
    expect(labelsOf(await examplesOf(house, USER))).toEqual(['1 said'])
    expect(labelsOf(await examplesOf(house, `s:${SESSION}`))).toEqual(['0 served,0 served'])
  })

  it('is merged once, however often its history is delivered', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, bySession), shown('r', 2, bySession, 'a'), link())
    await house.drain()
    const before = await stateOf(house, USER)
    const at = { topic: TOPICS.events, partition: partitionOf(USER, 2) }
    const records = await house.log.read(at, 0, { records: 99 })
    expect(records).toHaveLength(2)
    await house.log.append(at, records)
    await house.drain()
    expect(await stateOf(house, USER)).toEqual(before)
  })

  it('begins anew as a session afterwards', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, bySession), link(), click('b', 2, bySession))
    await house.drain()
    expect(await stateOf(house, `s:${SESSION}`)).toMatchObject({ events: 1 })
    expect(await stateOf(house, USER)).toMatchObject({ events: 1 })
  })

  it('does not bring back what was forgotten while its history was on its way', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, bySession), forget(USER, 6000), link(5000))
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
    await house.append(click('b', 2, bySession), link(7000))
    await house.drain()
    expect(await stateOf(house, USER)).toMatchObject({ events: 1 })
  })

  it('does not bring back what was linked in the very millisecond in which its user was forgotten', async () => {
    const house = new LogHouse()
    await house.append(click('a', 1, bySession), shown('r', 2, bySession, 'a', 'b'), forget(USER, 5000), link(5000))
    await house.append(tickRecord(100_000))
    await house.drain()
    expect(await stateOf(house, USER)).toBeUndefined()
    expect(labelsOf(await examplesOf(house, USER))).toEqual(['']) // the word to forget, and no list that nobody answered
  })

  it('keeps the names of the forgotten for a day, as hashes', async () => {
    const house = new LogHouse()
    const stored = async (): Promise<FoldState | undefined> => {
      await house.drain()
      const [value] = await house.store.read(partitionOf(USER, 2), [FOLD_KEY])
      return value && FoldState.decode(value)
    }
    await house.append(forget(USER, 6000))
    expect((await stored())?.forgotten).toEqual([{ ...hash64(USER), acceptedMs: 6000 }])
    await house.append(tickRecord(6000 + 86_400_000 + 501))
    expect((await stored())?.forgotten).toEqual([])
  })
})

describe('another dictionary', () => {
  const next = compileDictionary(
    testDictionaryText.replace('negatives: 2', 'negatives: 1').replace('joinWindowMs: 10000', 'joinWindowMs: 500'),
  )
  const change = (number: number, { hash, text } = next): EventRecord => ({
    record: { $case: 'dictionary', dictionary: { number, hash, text } },
    sequence: 0,
    acceptedMs: 1,
  })
  const known = async (house: LogHouse): Promise<void> => {
    for (const itemId of ['a', 'b', 'c', 'd'])
      await house.appendCatalog(itemId, {
        $case: 'item',
        item: { itemId, attributes: {}, unavailable: false, createdMs: 0 },
      } satisfies CatalogRecord['record'])
    await house.drain()
  }

  it('holds from its record on; what came before keeps the former, also a list that still waits', async () => {
    const house = new LogHouse()
    await known(house)
    await house.append(click('a', 1), shown('r', 2, { userId: USER }, 'a'))
    await house.append(change(1))
    await house.append(click('b', 3), click('a', 4, { requestId: 'r' }))
    await house.drain()
    const groups = await examplesOf(house, USER)
    expect(groups.map(({ dictionaryHash, items }) => [dictionaryHash, items.length])).toEqual([
      [house.dictionary.hash, 3],
      [next.hash, 2],
      [house.dictionary.hash, 1],
    ])
  })

  it('holds after a restart, and leaves deadlines as they were given', async () => {
    const house = new LogHouse()
    await house.append(shown('r', 2, { userId: USER }, 'a'))
    await house.append(change(1))
    await house.drain()
    expect(await house.store.read(partitionOf(USER, 2), [DICTIONARY_KEY])).not.toEqual([undefined])
    await house.append(tickRecord(5000), click('b', 6000))
    await house.drain()
    const groups = await examplesOf(house, USER)
    expect(groups.map(({ dictionaryHash, items }) => [dictionaryHash, items.length])).toEqual([[next.hash, 2]])
  })

  it('is the one of the greatest number, and comes once', async () => {
    const house = new LogHouse()
    const other = compileDictionary(`${testDictionaryText}\narrange: { recallWeight: 2 }\nlateLabelMs: 1`)
    await house.append(change(2))
    await house.append(change(1, other))
    await house.append(change(2))
    await house.append(click('a', 1))
    await house.drain()
    expect((await examplesOf(house, USER)).map(({ dictionaryHash }) => dictionaryHash)).toEqual([next.hash])
  })
})
