import { DeadLetter, Event, PayloadKind } from '@freshet/contracts'
import { DEAD_LETTER, DiskFullError, TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { brief, eventsOf, lettersOf, NOW_MS, openDoor, received, spell, view } from './intake.fixture'
import type { LetterQuery } from './letter-desk'
import { openIntake } from './intake'
import { TYPES } from './intake.fixture'

const ALL: LetterQuery = { from: 0, limit: 1000, code: '', source: '' }
const EVERY = { ...ALL, offsets: [] }
/** A door that has refused `count` events of a type which is declared later. */
async function refused(count: number, given: Partial<Event> = {}) {
  const door = await openDoor()
  const events = Array.from({ length: count }, (_, i) => received(view({ eventId: `e${i}`, type: 'love', ...given })))
  await door.intake.accept(events, 'test')
  const types = { ...TYPES, names: [...TYPES.names, 'love'], meaningOf: () => ({ impression: false }) }
  const later = async (log: EventLog = door.log) => (await openIntake({ log, clock: door.clock, types })).letters
  return { ...door, letters: await later(), later }
}

const effective = async (log: EventLog): Promise<string[]> => (await eventsOf(log)).flat().map(brief).sort()

describe('the list of dead letters', () => {
  it('comes page by page, in order, by code and by source', async () => {
    const { log, intake, letters } = await refused(3)
    await intake.accept([received(view({ userId: '' }))], 'other')
    await log.append(DEAD_LETTER, [
      { key: 'x', value: DeadLetter.encode(DeadLetter.create({ code: 'VOID_CUT', source: 'examples' })).finish() },
    ])
    const first = await letters.list({ ...ALL, limit: 2 })
    expect([first.letters.map(({ offset }) => offset), first.next, first.end]).toEqual([[0, 1], 2, 5])
    const second = await letters.list({ ...ALL, from: first.next, limit: 10 })
    expect([second.letters.map(({ offset }) => offset), second.next]).toEqual([[2, 3, 4], 5])
    expect((await letters.list({ ...ALL, source: 'other' })).letters.map(({ offset }) => offset)).toEqual([3])
    expect((await letters.list({ ...ALL, code: 'VOID_CUT' })).letters.map(({ letter }) => letter.source)).toEqual(['examples'])
    expect((await letters.list({ ...ALL, from: 99 })).letters).toEqual([])
  })

  it('begins where the topic begins, and shows bytes that are no letter as such', async () => {
    const { log, letters } = await refused(2)
    await log.append(DEAD_LETTER, [{ key: 'x', value: Uint8Array.of(255, 255, 255) }])
    await log.trim(DEAD_LETTER, 1)
    const { letters: found } = await letters.list(ALL)
    expect(found.map(({ offset, letter }) => `${offset} ${letter.code}`)).toEqual(['1 INVALID_FIELD', '2 UNREADABLE'])
  })

  it('refuses a page of none and one beyond the bound', async () => {
    const { letters } = await refused(1)
    await expect(letters.list({ ...ALL, limit: 0 })).rejects.toMatchObject({ code: 'INVALID_FIELD' })
    await expect(letters.list({ ...ALL, limit: 1001 })).rejects.toMatchObject({ facts: { field: 'limit', value: 1001 } })
  })

  it('looks at no more than ten thousand records a call, and says where to go on', async () => {
    const log = openMemoryLog({ partitions: { events: 2, catalog: 2 } })
    const value = DeadLetter.encode(DeadLetter.create({ code: 'A' })).finish()
    await log.append(
      DEAD_LETTER,
      Array.from({ length: 12_000 }, () => ({ key: 'x', value })),
    )
    const { letters } = (await openDoor({ log })).intake
    const { letters: none, next, end } = await letters.list({ ...ALL, code: 'B' })
    expect([none, next, end]).toEqual([[], 10_000, 12_000])
  })
})

describe('the replay of dead letters', () => {
  it('takes what is good now, as it came, and says of each where it stands', async () => {
    const { log, letters } = await refused(3)
    const { letters: done, next, end } = await letters.replay(EVERY)
    expect(done.map(({ outcome }) => spell(outcome))).toEqual(['1/0', '1/1', '1/2'])
    expect(next).toBe(end)
    expect(await effective(log)).toEqual(['e0', 'e1', 'e2'])
  })

  it('does nothing the second time, in this process and in the next', async () => {
    const { log, letters, later } = await refused(2)
    await letters.replay({ ...EVERY, offsets: [1] })
    const again = await letters.replay({ ...EVERY, offsets: [1, 0, 1] })
    expect(again.letters.map(({ offset, isAlready }) => [offset, isAlready])).toEqual([
      [1, true],
      [0, false],
    ])
    const next = await later()
    expect((await next.replay(EVERY)).letters).toEqual([])
    expect((await next.replay({ ...EVERY, offsets: [0] })).letters).toMatchObject([
      { isAlready: true, outcome: { kind: 'accepted', offset: 1 } },
    ])
    expect(await effective(log)).toEqual(['e0', 'e1'])
    expect((await next.list(ALL)).letters.map(({ replayed }) => replayed?.offset)).toEqual([1, 0])
  })

  it('gives the same id and time each time, where the event brought none: ids make a lost mark harmless', async () => {
    const { log, clock, letters, later } = await refused(1, { eventId: '', timeMs: 0 })
    const forgetful: EventLog = {
      ...log,
      append: async (to, entries) => {
        if (to.topic === TOPICS.deadLetter) throw new DiskFullError('dead-letter')
        return log.append(to, entries)
      },
    }
    await clock.advance(5000)
    expect((await (await later(forgetful)).replay(EVERY)).letters).toMatchObject([{ isAlready: false, outcome: { kind: 'accepted' } }])
    await clock.advance(5000)
    expect((await letters.replay(EVERY)).letters).toMatchObject([{ isAlready: false, outcome: { kind: 'accepted' } }])
    const [first, second] = (await eventsOf(log)).flat()
    expect(first.record).toMatchObject({ event: { timeMs: NOW_MS, eventId: expect.stringMatching(/^h:/) } })
    expect(second.record).toEqual(first.record)
  })

  it('takes what came in time, however long its letter has waited, and refuses what was too old then', async () => {
    const { intake, clock, later, log } = await refused(1)
    const dayMs = 24 * 3_600_000
    await intake.accept([received(view({ eventId: 'old', timeMs: NOW_MS - 2 * dayMs }))], 'test')
    await clock.advance(5 * dayMs)
    const { letters: done } = await (await later()).replay(EVERY)
    expect(done.map(({ outcome }) => spell(outcome))).toEqual(['1/0', 'INVALID_FIELD'])
    expect(await effective(log)).toEqual(['e0'])
  })

  it('leaves a letter that is refused again as it is, without a second one', async () => {
    const { log, intake } = await refused(1)
    expect((await intake.letters.replay(EVERY)).letters.map(({ outcome }) => spell(outcome))).toEqual(['INVALID_FIELD'])
    expect(await lettersOf(log)).toHaveLength(1)
    expect((await intake.letters.list(ALL)).letters[0].replayed).toBeUndefined()
  })

  it('refuses what was cut short, with how much of it is there', async () => {
    const door = await openDoor({ settings: { deadLetterBytesMax: 10 } })
    await door.intake.accept([received(view({ type: 'love' }))], 'test')
    const [{ outcome }] = (await door.intake.letters.replay(EVERY)).letters
    expect(outcome).toMatchObject({ error: { name: 'LetterCutError', code: 'PRECONDITION', offset: 0, keptBytes: 10, retryable: false } })
  })

  it.each([
    [PayloadKind.PAYLOAD_KIND_CATALOG, /send the item or the user again/],
    [PayloadKind.PAYLOAD_KIND_HISTORY, /freshet forget/],
    [PayloadKind.PAYLOAD_KIND_EXAMPLES, /needs no replay/],
    [PayloadKind.PAYLOAD_KIND_UNSPECIFIED, /from where it came/],
  ])('refuses what is no event (%i), and says what helps instead', async (kind, remedy) => {
    const { log, intake } = await openDoor()
    await log.append(DEAD_LETTER, [{ key: 'x', value: DeadLetter.encode(DeadLetter.create({ kind })).finish() }])
    const [{ outcome }] = (await intake.letters.replay(EVERY)).letters
    expect(outcome).toMatchObject({ error: { code: 'PRECONDITION', remedy: expect.stringMatching(remedy) } })
  })

  it('refuses an offset at which no letter stands: beyond the end, or a mark', async () => {
    const { letters } = await refused(1)
    await letters.replay(EVERY)
    for (const offset of [1, 7, -1])
      await expect(letters.replay({ ...EVERY, offsets: [offset] })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('refuses what is of somebody who was forgotten since, a session too, and keeps nobody’s name for that', async () => {
    const { log, intake, letters, later } = await refused(2)
    await intake.accept([received(view({ eventId: 'w', type: 'love', userId: '', sessionId: 'web-7' }))], 'test')
    await intake.accept([received(view({ eventId: 'b', type: 'love', userId: 'bob' }))], 'test')
    await intake.forget([
      { userId: 'ada', sessionId: '' },
      { userId: '', sessionId: 'web-7' },
    ])
    await intake.accept([received(view({ eventId: 'again', type: 'love' }))], 'test')
    const [mark] = await log.read(DEAD_LETTER, 4, { records: 1 })
    expect(Buffer.from(mark.value).toString('latin1')).not.toMatch(/ada|web-7/)
    for (const desk of [letters, await later()]) {
      const { letters: done } = await desk.replay({ ...ALL, offsets: [0, 1, 2] })
      expect(done.map(({ outcome }) => spell(outcome))).toEqual(['PRECONDITION', 'PRECONDITION', 'PRECONDITION'])
      expect(done[0].outcome).toMatchObject({ error: { name: 'ForgottenLetterError', offset: 0, retryable: false } })
    }
    await letters.replay(EVERY)
    expect(await effective(log)).toEqual(['again', 'b', 'forget', 'forget'])
    expect(await intake.status()).toMatchObject({ lettersByCode: { INVALID_FIELD: 5 }, lettersReplayed: 2 })
    expect((await letters.list(ALL)).letters.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 5])
    await expect(letters.replay({ ...EVERY, offsets: [4] })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('waits for the end of a file’s clock, as all live writes do', async () => {
    const { intake } = await refused(1)
    await intake.openReplay('file')
    await expect(intake.letters.replay(EVERY)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })

  it('lets of two replays at once the second see what the first has marked', async () => {
    const { log, letters } = await refused(2)
    const [first, second] = await Promise.all([letters.replay(EVERY), letters.replay(EVERY)])
    expect([first.letters.length, second.letters.length]).toEqual([2, 0])
    expect(await effective(log)).toEqual(['e0', 'e1'])
  })
})

describe('the count of dead letters', () => {
  it('is of all that the topic holds, by code, whoever wrote it, and of those that were replayed', async () => {
    const { log, intake, letters } = await refused(2)
    await log.append(DEAD_LETTER, [{ key: 'x', value: DeadLetter.encode(DeadLetter.create({ code: 'VOID_CUT' })).finish() }])
    await letters.replay({ ...EVERY, code: 'INVALID_FIELD' })
    expect(await intake.status()).toMatchObject({ lettersByCode: { INVALID_FIELD: 2, VOID_CUT: 1 }, lettersReplayed: 2 })
  })
})

describe('a door without room', () => {
  it('takes nothing, says so with a typed error, and lets the clock tick on', async () => {
    const { log, clock, intake } = await openDoor()
    await intake.accept([received(view())], 'test')
    let isFull = true
    const assertSpace = () => {
      if (isFull) throw new DiskFullError('/data')
    }
    const full = await openIntake({ log, clock, types: TYPES, assertSpace })
    await expect(full.accept([received(view({ eventId: 'e2' }))], 'test')).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true })
    await expect(full.upsertItems([])).rejects.toMatchObject({ code: 'DISK_FULL' })
    await full.tick()
    expect(await effective(log)).toEqual(['e1', `live@${NOW_MS}`])
    isFull = false
    expect((await full.accept([received(view({ eventId: 'e2' }))], 'test')).map(({ kind }) => kind)).toEqual(['accepted'])
  })
})
