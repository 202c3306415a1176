import { NotFoundError, float32Of, uint32Of } from '@freshet/kernel'
import { crossPart, itemPart, packParts, userPart } from '@freshet/features'
import { encode, userBatch } from './towers'
import { GENRES, itemState, NOW_MS, openShop, openTrainedShop, query, userState, DICTIONARY_TEXT, type Shop } from './shop.fixture'

const ids = ({ items }: { items: readonly { itemId: string }[] }): string[] => items.map(({ itemId }) => itemId)
const noRules = { require: '', exclude: '', boosts: [], pins: [] }

/** The oracle: scores every item alone, and sorts them. */
async function bruteForce(shop: Shop, userId: string): Promise<{ itemId: string; score: number }[]> {
  const { index, dictionary, model, graphs } = shop
  const part = userPart(dictionary, shop.users.get(userId), { userId, nowMs: NOW_MS })
  const user = await encode(graphs.user, { dense: model.denseState.dense, table: model.table }, userBatch(dictionary.layout, part))
  const { vectors, widths } = index.columns
  const logits = Array.from({ length: index.size }, (_, at) => user.reduce((sum, x, k) => sum + x * vectors[at * widths.vector + k], 0))
  const likelihoods = logits.map((logit) => Math.exp(logit) / logits.reduce((sum, x) => sum + Math.exp(x), 0))
  const itemIds = logits.map((_, at) => index.idOf(at))
  const { clickProbabilities } = await shop.recommender.predict({ userId, itemIds: itemIds.slice(0, 1000), context: {} })
  return itemIds.map((itemId, at) => ({ itemId, score: clickProbabilities[at] * likelihoods[at] })).sort((a, b) => b.score - a.score)
}

describe('a recommender', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openTrainedShop(150)
  })
  beforeEach(() => {
    shop.users.clear()
    shop.shown.length = 0
  })

  it('answers what scoring everything and sorting would: click probability times likelihood', async () => {
    shop.users.set('ann', userState({ viewed: ['item-4', 'item-9'] }))
    const expected = await bruteForce(shop, 'ann')
    const { items } = await shop.recommender.recommend(query({ limit: 40 }))
    expect(ids({ items })).toEqual(ids({ items: expected.slice(0, 40) }))
    items.forEach(({ score }, i) => expect(score / expected[i].score).toBeCloseTo(1, 4))
  })

  it('answers each user differently, and the same user the same', async () => {
    shop.users.set('ann', userState({ viewed: ['item-4'] }))
    const [ann, again, bob] = await Promise.all(['ann', 'ann', 'bob'].map((userId) => shop.recommender.recommend(query({ userId }))))
    expect(ids(ann)).toEqual(ids(again))
    expect(ann.items).not.toEqual(bob.items)
    expect(ann.requestId).not.toBe(again.requestId)
  })

  it('leaves out what the user consumed, unless it is asked for; what was only looked at stays', async () => {
    const everything = ids(await shop.recommender.recommend(query({ limit: 150, dryRun: true })))
    const [first, second] = everything
    shop.users.set('ann', userState({ viewed: [first], bought: [second] }))
    const seen = ids(await shop.recommender.recommend(query({ limit: 150 })))
    expect([seen.includes(first), seen.includes(second), seen.length]).toEqual([true, false, 149])
    const all = ids(await shop.recommender.recommend(query({ limit: 150, includeSeen: true })))
    expect([all.includes(second), all.length]).toEqual([true, 150])
  })

  it('knows a session where no user is named', async () => {
    shop.users.set('s:tab-1', userState({ bought: ['item-7'] }))
    const list = ids(await shop.recommender.recommend(query({ userId: '', sessionId: 'tab-1', limit: 150 })))
    expect([list.includes('item-7'), list.length]).toEqual([false, 149])
  })

  it('never lists an item that is not available', async () => {
    const other = await openTrainedShop(20)
    other.index.upsert('item-3', { ...itemState({ genre: 'drama' }), unavailable: true }, NOW_MS)
    other.index.upsert('item-4', undefined, NOW_MS)
    const rules = { ...noRules, pins: ['item-3', 'item-4', 'nobody'] }
    const list = ids(await other.recommender.recommend(query({ limit: 20, rules })))
    expect([list.length, list.includes('item-3'), list.includes('item-4')]).toEqual([18, false, false])
  })

  it('lists what the rules leave, however rare that is', async () => {
    const rules = { ...noRules, require: 'id in ["item-140", "item-3"]' }
    expect(ids(await shop.recommender.recommend(query({ rules }))).sort()).toEqual(['item-140', 'item-3'])
    const excluded = await shop.recommender.recommend(query({ limit: 150, rules: { ...noRules, exclude: 'item.genre != "drama"' } }))
    expect(excluded.items).toHaveLength(50)
    expect(ids(excluded).every((id) => GENRES[Number(id.slice(5)) % 3] === 'drama')).toBe(true)
  })

  it('puts pins first, in order, and boosts by their factors', async () => {
    const plain = await shop.recommender.recommend(query({ limit: 150, explain: true }))
    const last = plain.items[149]
    const boosts = [{ condition: `id == "${last.itemId}"`, factor: 100 }]
    const ruled = await shop.recommender.recommend(
      query({ limit: 150, explain: true, rules: { ...noRules, pins: ['item-5', 'item-2'], boosts } }),
    )
    expect(ruled.items.slice(0, 2)).toMatchObject([
      { itemId: 'item-5', source: 'pinned' },
      { itemId: 'item-2', source: 'pinned' },
    ])
    const boosted = ruled.items.find(({ itemId }) => itemId === last.itemId)
    expect(boosted?.explanation?.boost).toBe(100)
    expect((boosted?.score ?? 0) / last.score).toBeCloseTo(100, 3)
  })

  it('pins what the user consumed, but nothing that the rules exclude', async () => {
    shop.users.set('ann', userState({ bought: ['item-5'] }))
    const rules = { ...noRules, pins: ['item-5', 'item-6'], exclude: 'id == "item-6"' }
    const list = ids(await shop.recommender.recommend(query({ limit: 150, rules })))
    expect([list[0], list.includes('item-6')]).toEqual(['item-5', false])
  })

  it('explains a score by its factors and the numbers that were scored', async () => {
    shop.users.set('ann', userState({ viewed: ['item-8'] }))
    const { items } = await shop.recommender.recommend(query({ limit: 3, explain: true }))
    for (const { itemId, score, explanation } of items) {
      const { recallScore = 0, clickProbability = 0, boost = 0, features = {} } = explanation ?? {}
      expect(clickProbability * Math.exp(recallScore) * boost).toBeCloseTo(score, 10)
      expect(features['item.price']).toBeCloseTo((Number(itemId.slice(5)) % 100) / 100, 6)
      expect(Object.keys(features)).toEqual(expect.arrayContaining(['user.user_total', 'cross.did_view']))
    }
  })

  it('says where it comes from: versions, offsets learned, offsets folded', async () => {
    const { provenance } = await shop.recommenderWith({ itemPositions: () => [3, 4, 5, 6] }).recommend(query())
    expect(provenance).toEqual({
      modelVersion: { rowStep: 1, denseStep: 1 },
      contains: [10, 10, 10, 10],
      features: [3, 17, 5, 6],
      degraded: [],
    })
  })

  it.each([[-1], [501], [1e6], [NaN]])('refuses a limit of %p', async (limit) => {
    await expect(shop.recommender.recommend(query({ limit }))).rejects.toMatchObject({ code: 'INVALID_FIELD', facts: { field: 'limit' } })
  })

  it('lists at most a dictionary-declared number of one category', async () => {
    const mixed = await openTrainedShop(30, `${DICTIONARY_TEXT}\narrange: { diversity: { attribute: genre, most: 2 } }`)
    const list = ids(await mixed.recommender.recommend(query({ limit: 6 })))
    const counts = GENRES.map((_, g) => list.filter((id) => Number(id.slice(5)) % 3 === g).length)
    expect(counts).toEqual([2, 2, 2])
  })

  describe("of the caller's own candidates", () => {
    const rank = (itemIds: string[], more = {}): ReturnType<Shop['recommender']['rank']> =>
      shop.recommender.rank({ ...query(), itemIds, ...more })

    it('orders them as a recommendation would, unknown ones last and named', async () => {
      const everything = ids(await shop.recommender.recommend(query({ limit: 150 })))
      const asked = ['item-9', 'mystery', 'item-70', 'item-33', 'item-9', 'enigma']
      const answer = await rank(asked)
      const known = everything.filter((id) => asked.includes(id))
      expect(ids(answer)).toEqual([...known, 'mystery', 'enigma'])
      expect([answer.unknownItemIds, answer.items[0].source, answer.items.at(-1)?.score]).toEqual([['mystery', 'enigma'], 'given', 0])
    })

    it('answers with nothing but unknown ones, too', async () => {
      expect(await rank(['x'])).toMatchObject({ items: [{ itemId: 'x', score: 0 }], unknownItemIds: ['x'] })
    })

    it('applies rules and pins', async () => {
      const rules = { ...noRules, exclude: 'id == "item-9"', pins: ['item-33'] }
      const answer = await rank(['item-9', 'item-70', 'item-33'], { rules })
      expect(ids(answer)).toEqual(['item-33', 'item-70'])
    })

    it('refuses none, and more than a thousand', async () => {
      await expect(rank([])).rejects.toMatchObject({ facts: { field: 'item_ids' } })
      await expect(rank(new Array(1001).fill('a'))).rejects.toMatchObject({ code: 'INVALID_FIELD' })
    })
  })

  describe('of similar items', () => {
    it('orders by the cosine of directions, and leaves the item itself out', async () => {
      const { vectors, widths } = shop.index.columns
      const direction = (at: number): Float32Array => vectors.subarray(at * widths.vector, (at + 1) * widths.vector - 1)
      const cosine = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, x, k) => sum + x * b[k], 0) / (Math.hypot(...a) * Math.hypot(...b))
      const expected = Array.from({ length: 150 }, (_, at) => ({ itemId: shop.index.idOf(at), score: cosine(direction(at), direction(6)) }))
        .filter(({ itemId }) => itemId !== 'item-6')
        .sort((a, b) => b.score - a.score)
      const { items } = await shop.recommender.similar({ itemId: 'item-6', limit: 12, rules: undefined })
      items.forEach(({ score }, i) => expect(score).toBeCloseTo(expected[i].score, 5))
      expect(items.every(({ itemId, source }) => itemId !== 'item-6' && source === 'similar')).toBe(true)
    })

    it('applies rules', async () => {
      const rules = { ...noRules, require: 'item.genre == "comedy"' }
      const answer = await shop.recommender.similar({ itemId: 'item-6', limit: 100, rules })
      expect(answer.items).toHaveLength(50)
    })

    it('refuses an item that nobody knows', async () => {
      await expect(shop.recommender.similar({ itemId: 'mystery', limit: 0, rules: undefined })).rejects.toThrow(NotFoundError)
    })
  })

  describe('when something is missing', () => {
    it('lists what is popular where there is no model', async () => {
      const bare = await openShop()
      for (const [i, views] of [2, 9, 5].entries()) bare.index.upsert(`item-${i}`, itemState({}, views), NOW_MS)
      const answer = await bare.recommender.recommend(query())
      expect([ids(answer), answer.provenance.degraded]).toEqual([['item-1', 'item-2', 'item-0'], ['no-model']])
      expect(answer.items[0].source).toBe('popular')
      const similar = await bare.recommender.similar({ itemId: 'item-1', limit: 0, rules: undefined })
      expect([ids(similar), similar.provenance.degraded]).toEqual([['item-2', 'item-0'], ['no-model']])
    })

    it('gives a long list without a model, too', async () => {
      const bare = await openShop()
      for (let i = 0; i < 600; i++) bare.index.upsert(`item-${i}`, itemState({}, i), NOW_MS)
      expect((await bare.recommender.recommend(query({ limit: 500 }))).items).toHaveLength(500)
    })

    it('answers with an empty list where there are no items', async () => {
      const empty = await openShop()
      const { items, provenance } = await empty.recommender.recommend(query())
      expect([items, provenance.degraded.toSorted()]).toEqual([[], ['no-items', 'no-model']])
      expect(empty.shown).toEqual([])
    })

    it('answers as to a stranger where the online store is gone', async () => {
      const stranger = ids(await shop.recommender.recommend(query({ userId: 'bob' })))
      const users = { read: () => Promise.reject(new TypeError('connection lost')) }
      const answer = await shop.recommenderWith({ users }).recommend(query({ userId: 'bob' }))
      expect([ids(answer), answer.provenance.degraded]).toEqual([stranger, ['features-unavailable']])
    })

    it('goes on without a model whose runtime fails', async () => {
      const broken = { run: () => Promise.reject(new TypeError('out of memory')), release: async () => undefined }
      const answer = await shop
        .recommenderWith({ graphs: { rankItem: broken, rankParts: broken, user: broken, item: broken } })
        .recommend(query())
      expect([answer.items.length, answer.provenance.degraded]).toEqual([10, ['model-failed']])
    })

    it('ranks without likelihoods while vectors are not ready, and passes on what the background reports', async () => {
      const answer = await shop.recommenderWith({ health: () => ['no-vectors', 'loading-items'] }).recommend(query({ explain: true }))
      expect(answer.provenance.degraded).toEqual(['no-vectors', 'loading-items'])
      expect(answer.items.every(({ explanation }) => explanation?.recallScore === 0 && explanation.clickProbability > 0)).toBe(true)
    })

    it('lists an item that has no vector yet, no better than the least likely', async () => {
      const young = await openTrainedShop(12)
      young.index.upsert('newborn', itemState({ genre: 'drama' }, 1), NOW_MS)
      const { items } = await young.recommender.recommend(query({ limit: 13, explain: true }))
      const likelihoods = items.map(({ explanation }) => explanation?.recallScore ?? 0)
      expect(items.find(({ itemId }) => itemId === 'newborn')?.explanation?.recallScore).toBe(Math.min(...likelihoods))
    })
  })

  describe('of impressions', () => {
    it('logs the list with exactly the ids and numbers that were scored', async () => {
      const user = userState({ viewed: ['item-8'] })
      shop.users.set('ann', user)
      const context = { device: 'phone' }
      const answer = await shop.recommender.recommend(query({ limit: 5, surface: 'home', sessionId: 'tab', context }))
      const [event] = shop.shown
      expect(event).toMatchObject({
        type: 'impression',
        userId: 'ann',
        sessionId: 'tab',
        requestId: answer.requestId,
        timeMs: NOW_MS,
        context,
      })
      expect(event.impression).toMatchObject({ surface: 'home', dictionaryHash: shop.dictionary.hash, rowStep: 1, denseStep: 1 })
      const { layout } = shop.dictionary
      const part = userPart(shop.dictionary, user, { userId: 'ann', nowMs: NOW_MS })
      expect(uint32Of(event.impression?.userIds ?? new Uint8Array())).toEqual(part.ids)
      expect(float32Of(event.impression?.userNumbers ?? new Uint8Array())).toEqual(part.numbers)
      expect(event.impression?.items.map(({ itemId }) => itemId)).toEqual(ids(answer))
      event.impression?.items.forEach(({ itemId, ids: servedIds, numbers, score, propensity }, i) => {
        const item = shop.index.stateOf(shop.index.find(itemId) ?? -1)
        const scope = { userId: 'ann', user, itemId, item, context, nowMs: NOW_MS }
        const expected = packParts(itemPart(shop.dictionary, item, { itemId, nowMs: NOW_MS }), crossPart(shop.dictionary, scope))
        expect({ ids: Buffer.from(servedIds), numbers: Buffer.from(numbers) }).toEqual({
          ids: Buffer.from(expected.ids),
          numbers: Buffer.from(expected.numbers),
        })
        expect([score, propensity]).toEqual([answer.items[i].score, 1])
        expect(servedIds).toHaveLength(8 * (layout.item.ids + layout.cross.ids))
      })
    })

    it('keeps what it logged when the next request is scored', async () => {
      await shop.recommender.recommend(query({ limit: 3 }))
      const before = JSON.stringify(shop.shown[0])
      await shop.recommender.recommend(query({ limit: 3, userId: 'bob' }))
      expect(JSON.stringify(shop.shown[0])).toBe(before)
    })

    it('logs ranked lists, and nothing where nobody sees the list', async () => {
      await shop.recommender.rank({ ...query(), itemIds: ['item-1', 'mystery'] })
      expect(shop.shown.map(({ impression }) => impression?.items.map(({ itemId }) => itemId))).toEqual([['item-1']])
      await shop.recommender.recommend(query({ dryRun: true }))
      await shop.recommender.similar({ itemId: 'item-1', limit: 3, rules: undefined })
      await shop.recommender.predict({ userId: 'ann', itemIds: ['item-1'], context: {} })
      expect(shop.shown).toHaveLength(1)
    })

    it('logs without a model, too: that is how the first negatives come', async () => {
      const bare = await openShop()
      bare.index.upsert('item-1', itemState({}), NOW_MS)
      await bare.recommender.recommend(query())
      expect(bare.shown).toHaveLength(1)
    })

    it('logs nothing where the dictionary declares no impressions', async () => {
      const silent = await openTrainedShop(5, DICTIONARY_TEXT.replace('  impression: { impression: true }\n', ''))
      await silent.recommender.recommend(query())
      expect(silent.shown).toEqual([])
    })
  })

  it('predicts for known and unknown items, in the order asked', async () => {
    const itemIds = ['item-3', 'mystery', 'item-3', 'mystery']
    const { clickProbabilities, unknownItemIds } = await shop.recommender.predict({ userId: 'ann', itemIds, context: {} })
    expect(unknownItemIds).toEqual(['mystery'])
    expect(clickProbabilities).toHaveLength(4)
    expect(clickProbabilities[0]).toBe(clickProbabilities[2])
    expect(clickProbabilities.every((p) => p > 0 && p < 1)).toBe(true)
  })
})
