import { CatalogRecord, type DictionaryChange } from '@freshet/contracts'
import { type Entry, type Partition, TOPICS } from '@freshet/event-log'
import { partitionOf, UnavailableError } from '@freshet/kernel'
import { brief, eventsOf, lettersOf, openDoor, received, spell, view } from './intake.fixture'

const session = (sessionId: string) => ({ userId: '', sessionId })
const user = (userId: string) => ({ userId, sessionId: '' })

/** A log that does not take what says that ada leaves the catalogue. */
const isFull = ({ topic }: Partition, entries: readonly Entry[]): boolean =>
  topic === TOPICS.catalog && entries.some(({ key }) => key === 'u:ada')

describe('forgetting', () => {
  it('takes a user out of the catalogue, then writes the record behind the user’s events', async () => {
    const { log, intake } = await openDoor()
    await intake.accept([received(view({ userId: 'ada' }))], 'test')
    const outcomes = await intake.forget([user('ada'), session('web')])
    expect(outcomes.map(spell)).toEqual([expect.stringMatching(/^\d\/\d$/), expect.stringMatching(/^\d\/\d$/)])
    const partition = partitionOf('ada', 2)
    expect((await eventsOf(log))[partition].map(brief).slice(0, 2)).toEqual(['e1', 'forget'])
    const [left] = await log.read({ topic: TOPICS.catalog, partition }, 0, { records: 9 })
    expect(left.key).toBe('u:ada')
    expect(CatalogRecord.decode(left.value).record).toEqual({ $case: 'deletedUserId', deletedUserId: 'ada' })
  })

  it('is possible while a file is replayed: it moves no clock', async () => {
    const { intake } = await openDoor()
    await intake.openReplay('file')
    expect((await intake.forget([user('ada')])).map(({ kind }) => kind)).toEqual(['accepted'])
  })

  it('is refused where the catalogue cannot be told: nothing says then that the user is forgotten, and others are', async () => {
    const { log, intake: whole } = await openDoor()
    const { intake } = await openDoor({ log: { ...log, append: (to, entries) => (isFull(to, entries) ? Promise.reject(new UnavailableError('the log', 'wait')) : log.append(to, entries)) } }) // prettier-ignore
    const outcomes = await intake.forget([user('ada'), session('web'), user('bob')])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'accepted', 'accepted'])
    expect(outcomes.map(spell)[0]).toBe('UNAVAILABLE')
    const records = (await eventsOf(log)).flat().flatMap(({ record }) => (record?.$case === 'forget' ? [record.forget] : []))
    expect(records).toEqual(expect.arrayContaining([session('web'), user('bob')]))
    expect(records).toHaveLength(2)
    expect((await whole.forget([user('ada')])).map(({ kind }) => kind)).toEqual(['accepted'])
  })

  it('is refused where the letters cannot be told: a replay of theirs would bring back what was forgotten', async () => {
    const { log } = await openDoor()
    const append: typeof log.append = (to, entries) =>
      to.topic === TOPICS.deadLetter ? Promise.reject(new UnavailableError('the log', 'wait')) : log.append(to, entries)
    const { intake } = await openDoor({ log: { ...log, append } })
    expect((await intake.forget([user('ada'), session('web')])).map(spell)).toEqual(['UNAVAILABLE', 'UNAVAILABLE'])
    expect((await eventsOf(log)).flat()).toEqual([])
  })

  it('of nobody is refused, by the field that names nobody, with one letter', async () => {
    const { log, intake } = await openDoor()
    const outcomes = await intake.forget([session(''), user('x'.repeat(257)), user('ada')])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'accepted'])
    const letters = (await lettersOf(log)).filter(({ forgotten }) => forgotten.length === 0)
    expect(letters.map(({ field, source }) => `${source} ${field}`)).toEqual(['forget session_id', 'forget user_id'])
  })

  it('of more at once than may come in one request is refused as a whole', async () => {
    const { log, intake } = await openDoor({ settings: { batchEventsMax: 2 } })
    await expect(intake.forget([session('a'), session('b'), session('c')])).rejects.toThrow('and at most 2 is taken')
    expect((await eventsOf(log)).flat()).toEqual([])
    expect(await lettersOf(log)).toEqual([])
  })
})

describe('a link', () => {
  it('stands in the session’s partition, and lets the user’s tick, since lists may go on waiting there', async () => {
    const { log, intake } = await openDoor()
    await intake.link([{ sessionId: 'web', userId: 'bob' }])
    expect((await eventsOf(log))[partitionOf('s:web', 2)].map(brief)).toEqual(['link'])
    await intake.tick()
    expect((await eventsOf(log))[partitionOf('bob', 2)].map(brief)).toContain('live@1700000000000')
  })

  it.each([
    ['session_id', { sessionId: '', userId: 'ada' }],
    ['user_id', { sessionId: 'web', userId: '' }],
  ])('without %s is refused', async (field, link) => {
    const { log, intake } = await openDoor()
    expect((await intake.link([link])).map(spell)).toEqual(['INVALID_FIELD'])
    expect((await lettersOf(log))[0]).toMatchObject({ field, source: 'link' })
  })

  it('waits for the end of a replay', async () => {
    const { intake } = await openDoor()
    await intake.openReplay('file')
    await expect(intake.link([{ sessionId: 'web', userId: 'ada' }])).rejects.toThrow(/replay/)
  })
})

describe('a change of dictionary', () => {
  it('stands in every partition, at the places that are told', async () => {
    const { log, intake } = await openDoor()
    await intake.accept([received(view({ userId: 'ada' }))], 'test')
    const change: DictionaryChange = { number: 1, hash: 'abc', text: 'name: x' }
    const offsets = await intake.changeDictionary(change)
    const records = await eventsOf(log)
    expect(offsets).toHaveLength(2)
    offsets.forEach((offset, partition) => expect(records[partition][offset].record).toEqual({ $case: 'dictionary', dictionary: change }))
  })
})
