import { Event, EventRecord } from '@freshet/contracts'
import { ingest, IngestClient } from '@freshet/contracts/services'
import { DiskFullError, TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { call, connect, enterDictionary, loadConfig, openLogger, serve, type Runtime, type Served } from '@freshet/service'
import { fakeClock } from '@freshet/testing'
import { ingestApp } from './index'

const NOW_MS = 1_700_000_000_000
const view = (eventId: string, given: Partial<Event> = {}): Event =>
  Event.fromPartial({ eventId, userId: 'ada', itemId: 'book', type: 'view', timeMs: NOW_MS, ...given })

/** The app as its own process would host it, on a log in memory. */
async function open(log: EventLog = openMemoryLog()) {
  const dictionary = compileDictionary(builtInDictionary('generic'))
  const runtime = {
    config: loadConfig({ env: {}, overrides: { messageBytesMax: 10_000 } }),
    clock: fakeClock(NOW_MS),
    log,
    dictionary,
    firstDictionary: dictionary,
    logger: openLogger({ name: 'test', level: 'silent' }),
    drain: new AbortController(),
  } as unknown as Runtime
  const served: Served = await serve({
    name: 'ingest',
    runtime,
    modules: [ingestApp.module],
    grpc: { address: '127.0.0.1:0', setting: 'ingest.grpc', services: ingestApp.services },
    http: { address: '127.0.0.1:0', setting: 'ingest.http' },
  })
  const client = connect(IngestClient, served.grpcAddress)
  const post = (body: string | object) =>
    fetch(`http://${served.httpAddress}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    log,
    client,
    post,
    async [Symbol.asyncDispose]() {
      client.close()
      await served.close()
    },
  }
}

const spell = ({ outcome }: ingest.Acknowledgement): string =>
  outcome?.$case === 'rejected' ? outcome.rejected.code : (outcome?.$case ?? '')

async function idsOf(log: EventLog): Promise<string[]> {
  return (await recordsOf(log)).flat().flatMap((record) => (record?.$case === 'event' ? [record.event.eventId] : []))
}

/** What stands in each partition. */
async function recordsOf(log: EventLog): Promise<EventRecord['record'][][]> {
  const partitions = Array.from({ length: 8 }, (_, partition) => log.read({ topic: TOPICS.events, partition }, 0, { records: 1000 }))
  return (await Promise.all(partitions)).map((records) => records.map(({ value }) => EventRecord.decode(value).record))
}

describe('ingest by gRPC', () => {
  it('acknowledges a batch record by record, bad ones included', async () => {
    await using app = await open()
    const { acknowledgements } = await call(app.client, 'append', { events: [view('a'), view('b', { type: 'veiw' }), view('c')] })
    expect(acknowledgements.map(spell)).toEqual(['accepted', 'INVALID_FIELD', 'accepted'])
    expect(acknowledgements[1]?.outcome).toMatchObject({ rejected: { field: 'type', value: 'veiw', retryable: false } })
    expect(await idsOf(app.log)).toEqual(['a', 'c'])
  })

  it('counts events without an id that equal one before them in the same request: they count as one', async () => {
    await using app = await open()
    const bought = view('', { itemId: 'lamp', timeMs: 0 })
    const { acknowledgements, repetitions } = await call(app.client, 'append', {
      events: [bought, bought, view('', { itemId: 'desk' }), bought],
    })
    expect([acknowledgements.map(spell), repetitions]).toEqual([['accepted', 'accepted', 'accepted', 'accepted'], 2])
    expect(new Set(await idsOf(app.log)).size).toBe(2)
  })

  it('refuses a request beyond the bound with a typed error', async () => {
    await using app = await open()
    const attempt = call(app.client, 'append', { events: Array.from({ length: 200 }, (_, i) => view(`e${i}`, { itemId: 'x'.repeat(50) })) })
    await expect(attempt).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', retryable: false })
  })

  it('answers each batch of a stream with its correlation, in order', async () => {
    await using app = await open()
    const stream = app.client.stream()
    for (let i = 0; i < 20; i++) stream.write({ correlation: i, events: [view(`e${i}`)] })
    stream.end()
    const answers: ingest.StreamResponse[] = []
    for await (const answer of stream) answers.push(answer as ingest.StreamResponse)
    expect(answers.map(({ correlation }) => correlation)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(await idsOf(app.log)).toEqual(Array.from({ length: 20 }, (_, i) => `e${i}`))
  })

  it('keeps a stream open over a replay, and refuses its records meanwhile', async () => {
    await using app = await open()
    const stream = app.client.stream()
    const answers = stream[Symbol.asyncIterator]()
    const ask = async (correlation: number): Promise<string[]> => {
      stream.write({ correlation, events: [view(`e${correlation}`)] })
      return ((await answers.next()).value as ingest.StreamResponse).acknowledgements.map(spell)
    }
    expect(await ask(1)).toEqual(['accepted'])
    const { replayId } = await call(app.client, 'openReplay', { source: 'file' })
    expect(await ask(2)).toEqual(['UNAVAILABLE'])
    await call(app.client, 'closeReplay', { replayId })
    expect(await ask(3)).toEqual(['accepted'])
    stream.end()
    expect((await answers.next()).done).toBe(true)
  })

  it('replays a file, and says where each partition then ends', async () => {
    await using app = await open()
    const { replayId } = await call(app.client, 'openReplay', { source: 'file' })
    const stream = app.client.replay()
    stream.write({ replayId, correlation: 1, events: [view('a', { timeMs: 1000 }), view('b', { timeMs: 2000 })] })
    stream.end()
    const answers: ingest.ReplayResponse[] = []
    for await (const answer of stream) answers.push(answer as ingest.ReplayResponse)
    expect(answers.map(({ acknowledgements }) => acknowledgements.map(spell))).toEqual([['accepted', 'accepted']])
    const { ends } = await call(app.client, 'closeReplay', { replayId })
    expect([...ends].sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 4]) // closing ticks; and one tick, two events more
  })

  it('ends the stream of a replay that is not open, with a typed error', async () => {
    await using app = await open()
    const stream = app.client.replay()
    stream.write({ replayId: 'nobody', correlation: 1, events: [view('a')] })
    const failure = await stream[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error)
    expect(String(failure)).toMatch(/replay 'nobody' does not exist; open the replay again/)
  })

  it('takes items and users, takes them out again, and counts', async () => {
    await using app = await open()
    await call(app.client, 'upsertItems', { items: [{ itemId: 'i', attributes: {}, unavailable: false, createdMs: 0 }] })
    await call(app.client, 'upsertUsers', { users: [{ userId: 'u', attributes: {} }] })
    await call(app.client, 'deleteItems', { itemIds: ['i'] })
    const { acknowledgements } = await call(app.client, 'deleteUsers', { userIds: ['u', ''] })
    expect(acknowledgements.map(spell)).toEqual(['accepted', 'INVALID_FIELD'])
    expect(await call(app.client, 'getStatus', {})).toMatchObject({ accepted: 4, rejected: 1, rejectedByCode: { INVALID_FIELD: 1 } })
  })
})

describe('ingest by HTTP', () => {
  it('takes one event, or a list, in either spelling, and answers each with its place', async () => {
    await using app = await open()
    const one = await app.post({ userId: 'ada', itemId: 'book', type: 'view' })
    expect(one.status).toBe(200)
    expect(await one.json()).toEqual({ acknowledgements: [{ accepted: { partition: expect.any(Number), offset: 0 } }], repetitions: 0 })
    const list = await app.post({ events: [{ user_id: 'ada', item_id: 'book', type: 'click', event_id: 'x' }] })
    expect(await list.json()).toMatchObject({ acknowledgements: [{ accepted: { offset: 1 } }] })
    expect(await idsOf(app.log)).toContain('x')
  })

  it('answers 207 where some are refused, and the status of the refusal where all are', async () => {
    await using app = await open()
    const good = { userId: 'ada', itemId: 'book', type: 'view' }
    const mixed = await app.post({ events: [good, { ...good, itm: 1 }, { ...good, type: 'veiw' }] })
    expect(mixed.status).toBe(207)
    expect(await mixed.json()).toMatchObject({
      acknowledgements: [{}, { rejected: { field: 'itm' } }, { rejected: { field: 'type', value: 'veiw' } }],
    })
    expect((await app.post({ ...good, type: 'veiw' })).status).toBe(400)
  })

  it('names the field of a refusal as the event spells it', async () => {
    await using app = await open()
    const late = 4e12 // the year 2096
    const answer = await app.post({
      events: [
        { userId: 'ada', itemId: 'book', type: 'view', timeMs: late },
        { user_id: 'ada', item_id: 'book', type: 'view', time_ms: late },
        { type: 'view' },
      ],
    })
    const { acknowledgements } = (await answer.json()) as { acknowledgements: { rejected: ingest.Rejection }[] }
    expect(acknowledgements.map(({ rejected }) => rejected.field)).toEqual(['timeMs', 'time_ms', 'userId'])
    expect(acknowledgements[2]?.rejected.message).toMatch(/^userId is .*send userId, or sessionId where/)
  })

  it.each<[string, string, number, string]>([
    ['what is no JSON', '{"userId": ', 400, 'INVALID_FIELD'],
    ['what is no object', '[1]', 400, 'INVALID_FIELD'],
    ['what is too large', JSON.stringify({ events: 'x'.repeat(10_001) }), 413, 'MESSAGE_TOO_LARGE'],
  ])('refuses %s as a problem document', async (_, body, status, code) => {
    await using app = await open()
    const answer = await app.post(body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toMatch('application/problem+json')
    expect(await answer.json()).toMatchObject({ code, status })
  })

  it('answers 503 while a replay is open and 507 when the disk is full', async () => {
    const memory = openMemoryLog()
    let isFull = false
    const append: EventLog['append'] = async (to, entries) => {
      if (isFull) throw new DiskFullError('/data')
      return memory.append(to, entries)
    }
    await using app = await open({ ...memory, append })
    const { replayId } = await call(app.client, 'openReplay', { source: 'file' })
    const event = { userId: 'ada', itemId: 'book', type: 'view' }
    expect((await app.post(event)).status).toBe(503)
    await call(app.client, 'closeReplay', { replayId })
    isFull = true
    expect((await app.post(event)).status).toBe(507)
    isFull = false
    expect((await app.post(event)).status).toBe(200)
  })
})

describe('what concerns whole histories', () => {
  it('is taken by gRPC: who is forgotten, and who a session turned out to be', async () => {
    await using opened = await open()
    const { client, log } = opened
    const forgotten = await call(client, 'forget', { userIds: ['ada'], sessionIds: ['web'] }, { deadlineMs: 5000 })
    expect(forgotten.acknowledgements.map(({ outcome }) => outcome?.$case)).toEqual(['accepted', 'accepted'])
    const linked = await call(client, 'linkSessions', { links: [{ sessionId: 'web', userId: '' }] }, { deadlineMs: 5000 })
    expect(linked.acknowledgements[0].outcome).toMatchObject({ $case: 'rejected', rejected: { field: 'user_id' } })
    const partition = partitionOf('ada', 8)
    const [record] = await log.read({ topic: TOPICS.events, partition }, 0, { records: 1 })
    expect(EventRecord.decode(record.value).record).toMatchObject({ $case: 'forget', forget: { userId: 'ada' } })
  })
})

describe('another dictionary', () => {
  const text = builtInDictionary('generic').replace('  impression: { impression: true }', '  impression: { impression: true }\n  share: {}')

  it('holds from the places that are told: its new types are taken at once', async () => {
    await using opened = await open()
    const { client } = opened
    const share = view('e1', { type: 'share' })
    const append = () => call(client, 'append', { events: [share] }, { deadlineMs: 5000 })
    expect((await append()).acknowledgements[0].outcome?.$case).toBe('rejected')
    const set = await call(client, 'setDictionary', { text }, { deadlineMs: 5000 })
    expect(set).toEqual({ hash: compileDictionary(text).hash, number: 1, offsets: Array.from({ length: 8 }, () => 0) })
    expect((await append()).acknowledgements[0].outcome?.$case).toBe('accepted')
  })

  it('is told to every partition again by a process that starts: the one that entered it may have died', async () => {
    const log = openMemoryLog()
    await enterDictionary(log, compileDictionary(builtInDictionary('generic')), text)
    await using _opened = await open(log)
    for (let partition = 0; partition < 8; partition++) expect(await log.next({ topic: TOPICS.events, partition })).toBe(1)
  })

  it('is followed by the processes beside the one that entered it, which tell every partition before they take its types', async () => {
    const log = openMemoryLog()
    await using beside = await open(log)
    await enterDictionary(log, compileDictionary(builtInDictionary('generic')), text)
    let outcome: string | undefined
    while (outcome !== 'accepted') {
      const { acknowledgements } = await call(beside.client, 'append', { events: [view('e1', { type: 'share' })] }, { deadlineMs: 5000 })
      outcome = acknowledgements[0].outcome?.$case
    }
    expect(await idsOf(log)).toEqual(['e1'])
    const firsts = (await recordsOf(log)).map(([first]) => first?.$case)
    expect(firsts).toEqual(Array.from({ length: 8 }, () => 'dictionary'))
  })

  it('is refused where the data set cannot go on with it', async () => {
    await using opened = await open()
    const refused = call(opened.client, 'setDictionary', { text: builtInDictionary('movielens') }, { deadlineMs: 5000 })
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_FIELD', message: expect.stringContaining("name is 'movielens', but") })
  })
})

describe('dead letters by gRPC', () => {
  const stageOf = async (log?: EventLog) => {
    const app = await open(log)
    await call(app.client, 'append', { events: [view('a', { itemId: '' }), view('b', { type: 'veiw' })] })
    return app
  }

  it('are listed with as much of their payloads as is wanted', async () => {
    await using app = await stageOf()
    const query = ingest.ListDeadLettersRequest.fromPartial({ payloadBytesMax: 4 })
    const { letters, next, end } = await call(app.client, 'listDeadLetters', query)
    expect(letters.map(({ offset, letter }) => [offset, letter?.field])).toEqual([
      [0, 'item_id'],
      [1, 'type'],
    ])
    expect(letters[0]?.letter?.payload).toHaveLength(4)
    expect(letters[0]?.letter?.payloadBytes).toBe(letters[0]?.keptBytes)
    expect([next, end]).toEqual([2, 2])
  })

  it('are refused again where nothing has changed, with the reason of now', async () => {
    await using app = await stageOf()
    const { letters } = await call(app.client, 'replayDeadLetters', ingest.ReplayDeadLettersRequest.fromPartial({ offsets: [1] }))
    expect(letters).toMatchObject([
      { offset: 1, already: false, acknowledgement: { outcome: { rejected: { code: 'INVALID_FIELD', field: 'type' } } } },
    ])
  })

  it('are taken once they are good: here since another dictionary holds', async () => {
    await using app = await stageOf()
    await call(app.client, 'setDictionary', { text: builtInDictionary('generic').replace('\nvalue:', '\n  veiw: {}\nvalue:') })
    const replay = () => call(app.client, 'replayDeadLetters', ingest.ReplayDeadLettersRequest.fromPartial({ offsets: [0, 1] }))
    const fates = async () =>
      (await replay()).letters.map(({ acknowledgement, already }) => [acknowledgement && spell(acknowledgement), already])
    expect(await fates()).toEqual([
      ['INVALID_FIELD', false],
      ['accepted', false],
    ])
    expect(await fates()).toEqual([
      ['INVALID_FIELD', false],
      ['accepted', true],
    ])
    expect(await idsOf(app.log)).toEqual(['b'])
  })

  it('are counted by code, beside the room on the disk', async () => {
    await using app = await stageOf()
    const status = await call(app.client, 'getStatus', {})
    expect(status).toMatchObject({ deadLettersByCode: { INVALID_FIELD: 2 }, deadLettersReplayed: 0, diskFreeBytesMin: 256 << 20 })
  })

  it('are refused to whoever asks for less than nothing, or more than a page', async () => {
    await using app = await stageOf()
    const list = (fields: Partial<ingest.ListDeadLettersRequest>) =>
      call(app.client, 'listDeadLetters', ingest.ListDeadLettersRequest.fromPartial(fields))
    await expect(list({ payloadBytesMax: -1 })).rejects.toMatchObject({ code: 'INVALID_FIELD' })
    await expect(list({ limit: 1001 })).rejects.toMatchObject({ code: 'INVALID_FIELD' })
    await expect(list({ limit: -1 })).rejects.toMatchObject({ code: 'INVALID_FIELD' })
  })
})
