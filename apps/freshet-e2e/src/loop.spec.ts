import { LabelSource } from '@freshet/contracts'
import { feature, ranker } from '@freshet/contracts/services'
import { call, type Runtime } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type House, openHouse } from './house.fixture'
import { examplesOf, openDataSet } from './log-reader.fixture'
import { categoryOf, clicks, event, items, learned, probabilities, recommend, send, status, stock } from './shop.fixture'

describe('an event that enters ingest', () => {
  let house: House
  let dataSet: Runtime

  beforeAll(async () => {
    house = await openHouse()
    dataSet = await openDataSet(house.data)
  })
  afterAll(async () => {
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  it('finds a ranker that answers from an empty log, and says what it lacks', async () => {
    const { items: none, provenance } = await recommend(house, { userId: 'ada' })
    expect(none).toEqual([])
    expect(provenance?.degraded).toEqual(expect.arrayContaining(['no-model', 'no-items']))
    expect(provenance?.contains).toEqual(new Array(8).fill(-1))
  })

  it('finds items that are listed a moment after their upsert', async () => {
    await stock(house)
    const { items: listed, provenance } = await recommend(house, { userId: 'ada', limit: 40 })
    expect(listed.map(({ itemId }) => itemId).sort()).toEqual(items.map(({ itemId }) => itemId).sort())
    expect(provenance?.degraded).not.toContain('no-items')
  })

  it('is contained in the next answers, whose scores have moved because the trainer learned from it', async () => {
    await send(house, clicks(0, 400))
    await learned(house)
    const ids = ['item-3', 'item-7']
    const [before, otherBefore] = await probabilities(house, 'ada', ids)
    const wishes = Array.from({ length: 20 }, (_, i) => event({ userId: 'ada', itemId: 'item-3', eventId: `ada-${i}` }))
    const places = await send(house, wishes)
    const last = places[places.length - 1]
    const { provenance } = await eventually('an answer that contains the event', async () => {
      const answer = await recommend(house, { userId: 'ada' })
      return (answer.provenance?.contains[last.partition] ?? -1) >= last.offset && answer
    })
    expect(provenance?.modelVersion?.rowStep).toBeGreaterThan(0)
    expect(provenance?.features[last.partition]).toBeGreaterThan(last.offset)
    expect(provenance?.degraded).toEqual([])
    await learned(house)
    const [after, otherAfter] = await probabilities(house, 'ada', ids)
    expect(after).not.toBe(before)
    expect(after / before).toBeGreaterThan(2 * (otherAfter / otherBefore)) // the level of all still moves with every cut
  })

  it('changes the order of lists: what its user turned to, and its like, come first', async () => {
    const { items: list } = await recommend(house, { userId: 'ada' })
    const alike = list.map(({ itemId }) => categoryOf(itemId) === categoryOf('item-3'))
    expect(alike.slice(0, 3)).toEqual([true, true, true])
    const scores = list.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
  })

  it('is learned from as the list that caused it was served: impression, click, example', async () => {
    const { requestId, items: shown } = await recommend(house, { userId: 'grace', limit: 5, dryRun: false, surface: 'home' })
    await eventually('the impression in ingest', async () => (await status(house)).impressionsLogged === 1)
    const [clicked] = shown
    const [place] = await send(house, [event({ userId: 'grace', itemId: clicked.itemId, requestId })])
    const example = await eventually('the example', async () =>
      (await examplesOf(dataSet)).find(({ partition, record }) => partition === place.partition && record.sourceOffset === place.offset),
    )
    expect(example.record.items).toEqual([expect.objectContaining({ label: 1, source: LabelSource.LABEL_SOURCE_SERVED })])
    await learned(house)
    expect((await recommend(house, { userId: 'grace' })).provenance?.contains[place.partition]).toBeGreaterThanOrEqual(place.offset)
  })

  it('makes negatives of what was shown and left, once the join window has closed', async () => {
    const shown = await eventually('the ignored items', async () => {
      const served = (await examplesOf(dataSet))
        .flatMap(({ record }) => record.items)
        .filter(({ source }) => source === LabelSource.LABEL_SOURCE_SERVED)
      return served.length === 5 && served
    })
    expect(shown.map(({ label }) => label)).toEqual([1, 0, 0, 0, 0])
  })

  it('keeps what was purchased out of its user’s lists, and in those of others', async () => {
    await send(house, [event({ userId: 'ada', itemId: 'item-3', type: 'purchase' })])
    await learned(house)
    const listed = async (fields: Partial<ranker.RecommendRequest>): Promise<boolean> =>
      (await recommend(house, { limit: 40, ...fields })).items.some(({ itemId }) => itemId === 'item-3')
    expect(await listed({ userId: 'ada' })).toBe(false)
    expect(await listed({ userId: 'ada', includeSeen: true })).toBe(true)
    expect(await listed({ userId: 'grace' })).toBe(true)
  })

  it('shows in the features of its user and of its item', async () => {
    const read = async (kind: feature.EntityKind, entityId: string): Promise<feature.Features | undefined> =>
      (await call(house.features, 'getFeatures', { kind, entityId })).features
    const user = await read(feature.EntityKind.ENTITY_KIND_USER, 'ada')
    expect(user).toMatchObject({ known: true, values: { recent: { texts: expect.arrayContaining(['item-3']) } } })
    const item = await read(feature.EntityKind.ENTITY_KIND_ITEM, 'item-3')
    expect(item?.values.item_clicks_day.numbers[0]).toBeGreaterThan(0)
    expect((await read(feature.EntityKind.ENTITY_KIND_USER, 'nobody'))?.known).toBe(false)
  })

  it('may be about an item that leaves: then no list has it any more', async () => {
    await call(house.ingest, 'deleteItems', { itemIds: ['item-7'] })
    await eventually(
      'a list without it',
      async () => !(await recommend(house, { userId: 'ada', limit: 40 })).items.some(({ itemId }) => itemId === 'item-7'),
    )
    const { unknownItemIds } = await call(
      house.ranker,
      'rank',
      ranker.RankRequest.create({ userId: 'ada', itemIds: ['item-7', 'item-8'], dryRun: true }),
    )
    expect(unknownItemIds).toEqual(['item-7'])
  })
})
