import { Event, Impression, ImpressionItem } from '@freshet/contracts'
import { ingest, ranker } from '@freshet/contracts/services'
import { call, type Runtime } from '@freshet/service'
import { sendRaw } from './grpc-tools.fixture'
import { doorsOf, post } from './http.fixture'
import { type House, openHouse } from './house.fixture'
import { deadLettersOf, examplesOf, openDataSet } from './log-reader.fixture'
import { acknowledgements, clicks, event, learned, recommend, send, stock } from './shop.fixture'

const MEBIBYTE = 1 << 20
const APPEND = '/freshet.ingest.v1.Ingest/Append'
const INVALID_ARGUMENT = 3
const list = (...shown: Partial<ImpressionItem>[]): Impression => Impression.fromPartial({ items: shown })

describe('bad input', () => {
  let house: House
  let dataSet: Runtime

  beforeAll(async () => {
    house = await openHouse()
    dataSet = await openDataSet(house.data)
    await stock(house)
    await send(house, clicks(0, 100))
    await learned(house)
  })
  afterEach(async () => {
    expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
    await send(house, [event({ userId: 'user-1', itemId: 'item-1' })])
  })
  afterAll(async () => {
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  /** Refusals that are about a record, and leave the others of its batch alone. */
  const RECORDS: readonly (readonly [string, Partial<Event>, Partial<ingest.Rejection>])[] = [
    ['of an unknown type', { type: 'wink' }, { field: 'type', value: 'wink' }],
    ['without a user', { userId: '' }, { field: 'user_id', value: '' }],
    ['without an item', { itemId: '' }, { field: 'item_id', value: '' }],
    ['dated an hour ahead', { timeMs: 4e12 }, { field: 'time_ms', value: '4000000000000' }],
    ['dated before 1970', { timeMs: -1 }, { field: 'time_ms', value: '-1' }],
    ['whose value is no number', { value: Number.NaN }, { field: 'value', value: 'NaN' }],
    ['whose value is infinite', { value: -Infinity }, { field: 'value', value: '-Infinity' }],
    ['with an id of 300 characters', { userId: 'u'.repeat(300) }, { field: 'user_id' }],
    ['that shows nothing', { type: 'impression', impression: list() }, { field: 'impression.items', value: '0' }],
    [
      'that shows an item with no score',
      { type: 'impression', impression: list({ itemId: 'item-1', score: Number.NaN }) },
      { field: 'impression.items[0].score', value: 'NaN' },
    ],
    [
      'whose features are half there',
      { type: 'impression', impression: list({ itemId: 'item-1', ids: new Uint8Array(7) }) },
      { field: 'impression.items[0].ids' },
    ],
    ['with a list that it does not say to be one', { impression: list({ itemId: 'item-1' }) }, { field: 'impression' }],
  ]

  it.each(RECORDS)('refuses an event %s, takes those beside it, and keeps it as a dead letter', async (_, fields, rejection) => {
    const before = (await deadLettersOf(dataSet)).length
    const good = { userId: 'user-2', itemId: 'item-2' }
    const outcomes = await acknowledgements(house.ingest, [
      event(good),
      event({ ...good, ...fields }),
      event({ ...good, itemId: 'item-3' }),
    ])
    expect(outcomes.map(({ outcome }) => outcome?.$case)).toEqual(['accepted', 'rejected', 'accepted'])
    const [, refused] = outcomes
    expect(refused.outcome).toMatchObject({ rejected: { code: 'INVALID_FIELD', retryable: false, ...rejection } })
    const letter = (await deadLettersOf(dataSet))[before]
    expect(letter).toMatchObject({ source: 'append', code: 'INVALID_FIELD', field: rejection.field })
    expect(letter.message).toMatch(/ is .*, but .*; ./)
  })

  it('refuses an event whose bytes are broken, and takes those beside it', async () => {
    const good = Event.encode(event({ userId: 'user-2', itemId: 'item-2' })).finish()
    const frame = (bytes: Uint8Array): Uint8Array => Uint8Array.of((1 << 3) | 2, bytes.length, ...bytes)
    const request = Uint8Array.of(...frame(good), ...frame(Uint8Array.of(0x0a, 0x7f)), ...frame(good))
    const answer = await new Promise<ingest.AppendResponse>((resolve, reject) =>
      house.ingest.makeUnaryRequest(...([APPEND, Buffer.from, ingest.AppendResponse.decode, request] as const), (error, value) =>
        value ? resolve(value) : reject(error),
      ),
    )
    expect(answer.acknowledgements.map(({ outcome }) => outcome?.$case)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(answer.acknowledgements[1].outcome).toMatchObject({ rejected: { code: 'INVALID_FIELD', field: 'event', value: '2 bytes' } })
  })

  it('takes an event twice, and learns it once', async () => {
    const twice = event({ eventId: 'the-same', userId: 'user-2', itemId: 'item-6' })
    const places = await send(house, [twice, twice])
    expect(new Set(places.map(({ offset }) => offset)).size).toBe(2)
    await learned(house)
    const [first, second] = places
    const learnedAt = (await examplesOf(dataSet))
      .filter(({ partition }) => partition === first.partition)
      .map(({ record }) => record.sourceOffset)
    expect([learnedAt.includes(first.offset), learnedAt.includes(second.offset)]).toEqual([true, false])
  })

  it('answers for items that nobody knows last, and names them', async () => {
    const request = ranker.RankRequest.create({ userId: 'user-1', itemIds: ['item-1', 'mystery', 'item-2'], dryRun: true })
    const { items, unknownItemIds } = await call(house.ranker, 'rank', request)
    expect([items.length, items[2].itemId, unknownItemIds]).toEqual([3, 'mystery', ['mystery']])
    await expect(call(house.ranker, 'similar', ranker.SimilarRequest.create({ itemId: 'mystery' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining("item 'mystery' does not exist"),
    })
  })

  /** Requests that are refused as a whole, with the facts of the field in the trailer. */
  const REQUESTS: readonly (readonly [string, Partial<ranker.RecommendRequest>, { field: string; value: string }])[] = [
    ['a limit of -1', { limit: -1 }, { field: 'limit', value: '-1' }],
    ['a limit of a million', { limit: 1e6 }, { field: 'limit', value: '1000000' }],
    [
      'a filter that does not parse',
      { rules: ranker.Rules.create({ require: 'item.price <' }) },
      { field: 'rules.require', value: 'item.price <' },
    ],
    [
      'a filter that calls what it may not',
      { rules: ranker.Rules.create({ exclude: 'id.matches("(a+)+$")' }) },
      { field: 'rules.exclude', value: 'id.matches("(a+)+$")' },
    ],
    [
      'a boost of nothing',
      { rules: ranker.Rules.fromPartial({ boosts: [{ condition: 'true', factor: 0 }] }) },
      { field: 'rules.boosts[0].factor', value: '0' },
    ],
    ['a user id of 300 characters', { userId: 'u'.repeat(300) }, { field: 'user_id', value: 'u'.repeat(300) }],
  ]

  it.each(REQUESTS)('refuses %s with field, value, rule and remedy in the trailer', async (_, fields, facts) => {
    const bytes = ranker.RecommendRequest.encode(ranker.RecommendRequest.create({ userId: 'user-1', ...fields })).finish()
    expect(await sendRaw(house.ranker, '/freshet.ranker.v1.Ranker/Recommend', bytes)).toEqual({
      status: INVALID_ARGUMENT,
      trailer: {
        code: 'INVALID_FIELD',
        retryable: false,
        ...facts,
        rule: expect.any(String),
        remedy: expect.any(String),
        message: expect.any(String),
      },
    })
  })

  it('refuses a request that is cut off', async () => {
    expect(await sendRaw(house.ingest, APPEND, Uint8Array.of((1 << 3) | 2, 100, 1))).toEqual({
      status: INVALID_ARGUMENT,
      trailer: expect.objectContaining({ code: 'INVALID_FIELD', field: 'the message', rule: expect.stringContaining('Append') }),
    })
  })

  it.each([
    ['above the bound', MEBIBYTE + 1],
    ['above what the transport takes', 9 * MEBIBYTE],
  ])('refuses a request %s', async (_, bytes) => {
    const large = clicks(0, 1).map((each) => ({ ...each, context: { note: 'x'.repeat(bytes) } }))
    await expect(acknowledgements(house.ingest, large)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', retryable: false })
  })

  describe('by HTTP', () => {
    const problem = (status: number, fields: object): object => ({
      status,
      type: expect.stringContaining('application/problem+json'),
      body: expect.objectContaining({ type: 'about:blank', status, retryable: false, detail: expect.any(String), ...fields }),
    })

    it.each<[string, unknown, number, object]>([
      ['a limit of 0', { userId: 'u', limit: 0 }, 400, { code: 'INVALID_FIELD', field: 'limit', value: '0' }],
      ['a limit of a million', { userId: 'u', limit: 1e6 }, 400, { code: 'INVALID_FIELD', field: 'limit', value: '1000000' }],
      ['a field that there is not', { user: 'u' }, 400, { code: 'INVALID_FIELD', field: 'user', rule: 'no such field exists' }],
      [
        'a filter that does not parse',
        { rules: { require: 'item.' } },
        400,
        { code: 'INVALID_FIELD', field: 'rules.require', value: 'item.' },
      ],
      ['half a document', '{"userId":', 400, { code: 'INVALID_FIELD', field: 'the body' }],
      ['more than a mebibyte', { userId: 'u'.repeat(MEBIBYTE) }, 413, { code: 'MESSAGE_TOO_LARGE' }],
    ])('refuses %s as a problem document', async (_, body, status, fields) => {
      expect(await post(doorsOf(house).ranker, 'v1/recommend', body)).toEqual(problem(status, fields))
    })

    it('refuses a single event with the status of its refusal, and says 207 where some of a batch were taken', async () => {
      const good = { userId: 'u', itemId: 'item-1', type: 'view' }
      const refused = await post(doorsOf(house).ingest, 'v1/events', { ...good, type: 'wink' })
      expect(refused).toMatchObject({
        status: 400,
        body: { acknowledgements: [{ rejected: { code: 'INVALID_FIELD', field: 'type', value: 'wink' } }] },
      })
      const mixed = await post(doorsOf(house).ingest, 'v1/events', {
        events: [good, { ...good, value: 'much' }, { ...good, colour: 'red' }],
      })
      expect(mixed).toMatchObject({
        status: 207,
        body: { acknowledgements: [{ accepted: {} }, { rejected: { field: 'value' } }, { rejected: { field: 'colour' } }] },
      })
      expect(await post(doorsOf(house).ingest, 'v1/events', 'view')).toEqual(problem(400, { code: 'INVALID_FIELD', field: 'the body' }))
      expect(await post(doorsOf(house).ingest, 'v1/nothing', {})).toEqual(problem(404, { code: 'NOT_FOUND' }))
    })
  })

  it('is counted by ingest, code by code', async () => {
    const { rejected, rejectedByCode } = await call(house.ingest, 'getStatus', {})
    expect(rejected).toBeGreaterThanOrEqual(RECORDS.length)
    expect(rejectedByCode.INVALID_FIELD).toBe(rejected)
  })
})
