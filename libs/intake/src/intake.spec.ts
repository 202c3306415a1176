import { CatalogRecord, Item, PayloadKind, User } from '@freshet/contracts'
import { DiskFullError, TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { partitionOf, UnavailableError } from '@freshet/kernel'
import { MessageTooLargeError } from './errors'
import { brief, eventsOf, lettersOf, NOW_MS, openDoor, received, spell, view } from './intake.fixture'
import { repetitionsIn } from './outcome'

const users = ['ada', 'bob', 'cem', 'dora']
const views = users.map((userId, i) => received(view({ eventId: `e${i}`, userId })))

describe('accepting live events', () => {
  it('acknowledges each with its place, in the order in which they came', async () => {
    const { log, intake } = await openDoor()
    const outcomes = await intake.accept([...views, ...views], 'test')
    const places = new Map<number, number>()
    const expected = [...users, ...users].map((userId) => {
      const partition = partitionOf(userId, 2)
      const offset = places.get(partition) ?? 0
      places.set(partition, offset + 1)
      return `${partition}/${offset}`
    })
    expect(outcomes.map(spell)).toEqual(expected)
    expect((await eventsOf(log)).map((records) => records.length).sort()).toEqual([...places.values()].sort())
  })

  it('keeps the order of a user over batches that nobody awaited', async () => {
    const { log, intake } = await openDoor()
    const batches = Array.from({ length: 5 }, (_, i) => intake.accept([received(view({ eventId: `e${i}` }))], 'test'))
    await Promise.all(batches)
    expect((await eventsOf(log)).flat().map(brief)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
    expect((await eventsOf(log)).flat().map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4])
  })

  it('lets a batch go on around a bad event, and keeps that in a dead letter as it came', async () => {
    const { log, intake } = await openDoor()
    const bad = received(view({ eventId: 'bad', type: 'veiw' }))
    const outcomes = await intake.accept([received(view()), bad, received(view({ eventId: 'e2' }))], 'stream')
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'accepted'])
    expect(await lettersOf(log)).toEqual([
      {
        payload: Buffer.from(bad.bytes),
        payloadBytes: bad.bytes.length,
        kind: PayloadKind.PAYLOAD_KIND_EVENT,
        replayed: [],
        forgotten: [],
        source: 'stream',
        code: 'INVALID_FIELD',
        field: 'type',
        message:
          "type is 'veiw', but dictionary 'demo' knows impression, view, click, rating; send one of them, or declare the type in the dictionary",
        timeMs: NOW_MS,
      },
    ])
    expect((await eventsOf(log)).flat().map(brief)).toEqual(['e1', 'e2'])
  })

  it('gives an event without id and time both, so that a repeated delivery is recognised', async () => {
    const { log, intake } = await openDoor()
    await intake.accept([received(view({ eventId: '', timeMs: 0 })), received(view({ eventId: '', timeMs: NOW_MS }))], 'test')
    const [first, second] = (await eventsOf(log)).flat()
    expect(first?.record).toMatchObject({ event: { timeMs: NOW_MS, eventId: expect.stringMatching(/^h:/) } })
    expect(second && brief(second)).toBe(first && brief(first))
  })

  it('says which events of a batch repeat one before them, where no id tells them apart', async () => {
    const { intake } = await openDoor()
    const [nameless, other, named] = [view({ eventId: '' }), view({ eventId: '', itemId: 'other' }), view({ eventId: 'e1' })].map((event) =>
      received(event),
    )
    const outcomes = await intake.accept([nameless, other, nameless, named, named, nameless], 'test')
    expect(outcomes.map((outcome) => 'isRepetition' in outcome)).toEqual([false, false, true, false, false, true])
    expect(repetitionsIn(outcomes)).toBe(2)
    expect(repetitionsIn(await intake.accept([nameless], 'test'))).toBe(0) // a later batch may be a client's retry
  })

  it('refuses an event beyond a record, cuts its letter short, and takes its neighbours', async () => {
    const { log, intake } = await openDoor({ settings: { messageBytesMax: 2000, deadLetterBytesMax: 10 } })
    const [large] = await intake.accept(
      [received(view({ context: { note: 'x'.repeat(200), more: 'y'.repeat(200) }, itemId: 'z'.repeat(256) }))],
      'test',
    )
    expect(spell(large)).toMatch(/^\d\/0$/)
    const [larger] = await intake.accept([{ event: view(), bytes: new Uint8Array(1999) }], 'test')
    expect(larger).toMatchObject({
      error: { message: 'the number of bytes of one event is 1999, and at most 1488 is taken; send smaller pieces' },
    })
    expect((await lettersOf(log))[0]).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      field: 'the number of bytes of one event',
      payload: Buffer.alloc(10),
    })
  })

  it('refuses a request beyond its bounds as a whole', async () => {
    const { log, intake } = await openDoor({ settings: { batchEventsMax: 3, messageBytesMax: 1000 } })
    await expect(intake.accept(views, 'test')).rejects.toThrow('the number of events in one request is 4, and at most 3 is taken')
    const long = received(view({ itemId: 'x'.repeat(256), sessionId: 's'.repeat(200) }))
    await expect(intake.accept([long, long], 'test')).resolves.toHaveLength(2)
    await expect(intake.accept([long, long, long], 'test')).rejects.toThrow(MessageTooLargeError)
    expect((await eventsOf(log)).flat()).toHaveLength(2)
  })

  it('takes an unreadable event for a bad one', async () => {
    const { log, intake } = await openDoor()
    const defect = {
      field: 'event',
      value: '3 bytes',
      rule: 'it must be a freshet.event.v1.Event',
      remedy: 'generate the client from proto/',
    }
    const outcomes = await intake.accept([{ event: view(), bytes: new Uint8Array([1, 2, 3]), defect }], 'stream')
    expect(outcomes.map(spell)).toEqual(['INVALID_FIELD'])
    expect((await lettersOf(log))[0]).toMatchObject({ field: 'event', payload: Buffer.from([1, 2, 3]) })
  })

  it('counts what it took and what it refused, by code', async () => {
    const { intake } = await openDoor()
    await intake.accept([...views, received(view({ type: '' })), received(view({ value: NaN }))], 'test')
    const status = await intake.status()
    expect(status).toMatchObject({ accepted: 4, refused: 2, refusedByCode: { INVALID_FIELD: 2 }, replayId: '' })
    expect(status.ends.reduce((sum, end) => sum + end, 0)).toBe(4)
  })
})

describe('a full disk', () => {
  const full = (log: EventLog, isFull: () => boolean): EventLog => ({
    ...log,
    append: async (to, entries) => {
      if (isFull() && to.partition === 0) throw new DiskFullError('/data')
      return log.append(to, entries)
    },
  })

  it('refuses what it has no room for, keeps what it acknowledged, and goes on when there is room', async () => {
    let noRoom = true
    const log = full(openMemoryLog({ partitions: { events: 2, catalog: 2 } }), () => noRoom)
    const { intake } = await openDoor({ log })
    const outcomes = await intake.accept(views, 'test')
    outcomes.forEach((outcome, i) => expect(spell(outcome)).toBe(partitionOf(users[i] ?? '', 2) === 0 ? 'DISK_FULL' : spell(outcome)))
    expect(outcomes.map(spell)).toContain('DISK_FULL')
    const acknowledged = outcomes.filter(({ kind }) => kind === 'accepted').length
    expect((await eventsOf(log)).flat()).toHaveLength(acknowledged)
    noRoom = false
    expect((await intake.accept(views, 'test')).every(({ kind }) => kind === 'accepted')).toBe(true)
  })

  it('writes no dead letter for what a repetition heals', async () => {
    const log = full(openMemoryLog({ partitions: { events: 1, catalog: 1 } }), () => true)
    const { intake } = await openDoor({ log })
    const [outcome] = await intake.accept([received(view())], 'test')
    expect(outcome).toMatchObject({ error: { retryable: true } })
    expect(await log.next({ topic: TOPICS.deadLetter, partition: 0 })).toBe(0)
  })

  it('still says what is wrong with an event whose letter it cannot keep', async () => {
    const log = full(openMemoryLog({ partitions: { events: 1, catalog: 1 } }), () => true)
    const { intake } = await openDoor({ log })
    expect((await intake.accept([received(view({ type: 'veiw' }))], 'test')).map(spell)).toEqual(['INVALID_FIELD'])
  })
})

describe('the catalogue', () => {
  const catalogOf = async (log: EventLog) =>
    (await Promise.all([0, 1].map((partition) => log.read({ topic: TOPICS.catalog, partition }, 0, { records: 100 }))))
      .flat()
      .map(({ key, value }) => [key, CatalogRecord.decode(value).record?.$case])

  it('keeps items and users of one id apart, and deletes by the same keys', async () => {
    const { log, intake } = await openDoor()
    await intake.upsertItems([Item.fromPartial({ itemId: '7' })])
    await intake.upsertUsers([User.fromPartial({ userId: '7' })])
    await intake.deleteItems(['7'])
    await intake.deleteUsers(['7'])
    expect(await catalogOf(log)).toEqual([
      ['i:7', 'item'],
      ['u:7', 'user'],
      ['i:7', 'deletedItemId'],
      ['u:7', 'deletedUserId'],
    ])
  })

  it('takes the good entries of a batch and names what is wrong with the others', async () => {
    const { log, intake } = await openDoor()
    const bad = Item.fromPartial({ itemId: 'bad', attributes: { price: { kind: { $case: 'number', number: NaN } } } })
    const outcomes = await intake.upsertItems([Item.fromPartial({ itemId: 'a' }), bad, Item.fromPartial({ itemId: 'b' })])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'accepted'])
    expect((await lettersOf(log))[0]).toMatchObject({ source: 'catalog', field: 'attributes.price' })
    expect((await intake.deleteUsers([''])).map(spell)).toEqual(['INVALID_FIELD'])
  })

  it('refuses an entry beyond a record, and a request beyond its bounds', async () => {
    const { intake } = await openDoor({ settings: { messageBytesMax: 100, batchEventsMax: 2 } })
    const large = Item.fromPartial({ itemId: 'a', attributes: { title: { kind: { $case: 'text', text: 'x'.repeat(100) } } } })
    expect((await intake.upsertItems([large])).map(spell)).toEqual(['MESSAGE_TOO_LARGE'])
    await expect(intake.deleteItems(['a', 'b', 'c'])).rejects.toThrow(MessageTooLargeError)
  })
})

describe('the live clock', () => {
  it('ticks once a second in the partitions that live events went to, also while nothing comes', async () => {
    const { log, clock, intake } = await openDoor()
    const stop = new AbortController()
    await intake.accept([received(view({ userId: 'ada' }))], 'test')
    const running = intake.run(stop.signal)
    await clock.advance(2500)
    stop.abort()
    await running
    const ticks = ['live@1700000000000', 'live@1700000001000', 'live@1700000002000']
    expect((await eventsOf(log))[partitionOf('ada', 2)]?.map(brief)).toEqual(['e1', ...ticks])
    expect((await eventsOf(log))[1 - partitionOf('ada', 2)]).toEqual([])
  })

  it('leaves an empty log empty, so that an import into it always begins at the same place', async () => {
    const { log, intake } = await openDoor()
    await intake.tick()
    expect((await eventsOf(log)).flat()).toEqual([])
  })

  it('ticks on after a restart, because a list may still wait for its click', async () => {
    const { log, clock, intake } = await openDoor()
    await intake.accept([received(view())], 'test')
    const restarted = await openDoor({ log, clock })
    await clock.advance(1000)
    await restarted.intake.tick()
    expect((await eventsOf(log)).flat().map(brief)).toEqual(['e1', `live@${NOW_MS + 1000}`])
  })

  it('makes up for a tick that the disk had no room for', async () => {
    let noRoom = false
    const memory = openMemoryLog({ partitions: { events: 1, catalog: 1 } })
    const append: EventLog['append'] = async (to, entries) => {
      if (noRoom) throw new DiskFullError('/data')
      return memory.append(to, entries)
    }
    const { log, clock, intake } = await openDoor({ log: { ...memory, append } })
    await intake.accept([received(view())], 'test')
    const stop = new AbortController()
    noRoom = true
    const running = intake.run(stop.signal)
    await clock.advance(1500)
    noRoom = false
    await clock.advance(1000)
    stop.abort()
    await running
    expect((await eventsOf(log)).flat().map(brief)).toEqual(['e1', `live@${NOW_MS + 2000}`])
  })

  it('runs on when the log was away, and goes on listening for replays of others', async () => {
    const memory = openMemoryLog({ partitions: { events: 1, catalog: 1 } })
    let isAway = true
    const waits: string[] = []
    const grown: EventLog['grown'] = async (of, offset, signal) => {
      waits.push(of.topic)
      if (isAway) throw new UnavailableError('the log', 'wait')
      return memory.grown(of, offset, signal)
    }
    const { clock, intake } = await openDoor({ log: { ...memory, grown } })
    const stop = new AbortController()
    const running = intake.run(stop.signal)
    await clock.advance(1500)
    isAway = false
    await clock.advance(1000)
    stop.abort()
    await running
    expect(waits).toEqual(['replays', 'replays', 'replays'])
  })
})
