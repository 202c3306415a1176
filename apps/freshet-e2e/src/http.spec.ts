import { eventually } from './eventually.fixture'
import { doorsOf, get, post } from './http.fixture'
import { type House, openHouse } from './house.fixture'
import { clicks, learned, send, stock } from './shop.fixture'

describe('whoever has nothing but HTTP', () => {
  let house: House

  beforeAll(async () => {
    house = await openHouse()
    await stock(house)
  })
  afterAll(() => house[Symbol.asyncDispose]())

  it('sends one event, or many, and is told where each became durable', async () => {
    const one = await post(doorsOf(house).ingest, 'v1/events', { userId: 'ada', itemId: 'item-1', type: 'view' })
    expect(one).toMatchObject({
      status: 200,
      body: { acknowledgements: [{ accepted: { partition: expect.any(Number), offset: expect.any(Number) } }] },
    })
    const events = [
      { user_id: 'ada', item_id: 'item-2', type: 'click', context: { hour: '9' } },
      { sessionId: 's-1', itemId: 'item-2', type: 'view', value: null },
    ]
    const many = await post(doorsOf(house).ingest, 'v1/events', { events })
    expect(many).toMatchObject({ status: 200, body: { acknowledgements: [{ accepted: {} }, { accepted: {} }] } })
  })

  it('asks for a list, and is told where it comes from', async () => {
    await send(house, clicks(0, 50))
    await learned(house)
    const { status, body } = await post(doorsOf(house).ranker, 'v1/recommend', { userId: 'ada', limit: 3, explain: true, dryRun: true })
    expect([status, body]).toEqual([
      200,
      {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        items: new Array(3).fill({
          itemId: expect.stringMatching(/^item-\d+$/),
          score: expect.any(Number),
          source: expect.any(String),
          explanation: expect.objectContaining({ clickProbability: expect.any(Number), features: expect.any(Object) }),
        }),
        provenance: {
          modelVersion: { rowStep: expect.any(Number), denseStep: expect.any(Number) },
          contains: expect.any(Array),
          features: expect.any(Array),
          degraded: [],
        },
      },
    ])
  })

  it('asks for rules to be kept: required, excluded, boosted, pinned', async () => {
    const rules = {
      require: 'item.category == "books"',
      exclude: 'item.price > 30.0',
      pins: ['item-7'],
      boosts: [{ condition: 'id == "item-3"', factor: 100 }],
    }
    const { body } = await post(doorsOf(house).ranker, 'v1/recommend', { userId: 'ada', limit: 40, rules, dryRun: true })
    const ids = (body as { items: { itemId: string }[] }).items.map(({ itemId }) => itemId)
    expect(ids.slice(0, 2)).toEqual(['item-7', 'item-3'])
    expect([...ids].sort()).toEqual(['item-11', 'item-15', 'item-19', 'item-23', 'item-3', 'item-7'])
  })

  it('asks for an order of its own candidates, for what is alike, and for raw scores', async () => {
    const { ranker } = doorsOf(house)
    expect(await post(ranker, 'v1/rank', { userId: 'ada', itemIds: ['item-5', 'item-1'], dryRun: true })).toMatchObject({
      status: 200,
      body: { items: [{ source: 'given' }, { source: 'given' }], unknownItemIds: [] },
    })
    expect(await post(ranker, 'v1/similar', { itemId: 'item-1', limit: 4 })).toMatchObject({ status: 200, body: { items: { length: 4 } } })
    const { body } = await post(ranker, 'predict', { userId: 'ada', itemIds: ['item-1', 'item-2'] })
    const { clickProbabilities } = body as { clickProbabilities: number[] }
    expect(clickProbabilities).toHaveLength(2)
    for (const probability of clickProbabilities) expect(probability > 0 && probability < 1).toBe(true)
  })

  it('finds out whether a process serves, and by which dictionary', async () => {
    for (const address of Object.values(doorsOf(house))) {
      expect(await get(address, 'healthz')).toMatchObject({
        status: 200,
        body: { status: 'serving', name: 'default', dictionary: expect.stringMatching(/^[0-9a-f]{16}$/) },
      })
    }
  })

  it('scrapes metrics that name the service and count its calls', async () => {
    const scraped = await eventually('a count of calls', async () => {
      const { status, type, body } = await get(doorsOf(house).ranker, 'metrics')
      return status === 200 && type.startsWith('text/plain') && String(body).includes('GetStatus') && String(body)
    })
    expect(scraped).toMatch(/^freshet_\w+\{.*service="ranker".*\} \d/m)
  })
})
