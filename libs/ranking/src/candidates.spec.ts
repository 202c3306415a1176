import { findCandidates } from './candidates'
import { ItemLists } from './item-lists'
import type { RecallScope } from './recall'
import { compileRules } from './rules'
import { itemState, NOW_MS, openTrainedShop, userState, type Shop } from './shop.fixture'

const noRules = { require: '', exclude: '', boosts: [], pins: [] }

describe('candidates', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openTrainedShop(600)
    shop.index.upsert('item-599', itemState({ genre: 'drama' }, 40, NOW_MS), NOW_MS)
  })

  /** A user who likes the items in the order of their places. */
  const scope = (more: Partial<RecallScope> = {}): RecallScope => ({
    index: shop.index,
    limit: 10,
    allowed: shop.index.columns.available.slice(0, shop.index.size),
    logits: Float32Array.from({ length: shop.index.size }, (_, at) => -at),
    heads: new ItemLists(shop.index).at(NOW_MS),
    user: undefined,
    ...more,
  })
  const named = (candidates: ReturnType<typeof findCandidates>): Map<string, string> =>
    new Map(Array.from(candidates, ([at, source]) => [shop.index.idOf(at), source]))

  it('are labelled by what recalled them first', () => {
    const user = userState({ viewed: ['item-590', 'item-1'] })
    const candidates = named(findCandidates(scope({ user }), compileRules(undefined)))
    expect(candidates.get('item-0')).toBe('two-tower')
    expect(candidates.get('item-1')).toBe('two-tower') // also recent
    expect(['similar', 'recent']).toContain(candidates.get('item-590'))
    expect(candidates.get('item-599')).toBe('popular')
  })

  it('are few enough to score, and enough for the longest list', () => {
    expect(findCandidates(scope(), compileRules(undefined)).size).toBeLessThanOrEqual(480)
    expect(findCandidates(scope({ limit: 500 }), compileRules(undefined)).size).toBeGreaterThanOrEqual(500)
    const withoutModel = scope({ limit: 500, logits: undefined })
    expect(findCandidates(withoutModel, compileRules(undefined)).size).toBeGreaterThanOrEqual(500)
  })

  it('leave out what may not be listed, whatever recalls it', () => {
    const allowed = shop.index.columns.available.slice(0, shop.index.size)
    for (const at of [0, 1, 599]) allowed[at] = 0
    const candidates = findCandidates(scope({ allowed, user: userState({ viewed: ['item-1'] }) }), compileRules(undefined))
    expect([0, 1, 599].some((at) => candidates.has(at))).toBe(false)
  })

  it('are looked for among all items where rules leave too little', () => {
    const rules = compileRules({ ...noRules, require: 'item.genre == "drama" && item.price >= 50' })
    const candidates = findCandidates(scope({ limit: 15 }), rules)
    expect(candidates.size).toBeGreaterThanOrEqual(60)
    for (const at of candidates.keys()) expect(rules.keeps(shop.index.facts(at))).toBe(true)
    const popular = findCandidates(scope({ limit: 15, logits: undefined }), rules)
    expect([...popular.values()].every((source) => source !== 'two-tower')).toBe(true)
  })

  it('contain the pins, unless they are unknown, unavailable or ruled out', () => {
    shop.index.upsert('gone', { ...itemState({}), unavailable: true }, NOW_MS)
    const rules = compileRules({ ...noRules, exclude: 'id == "item-7"', pins: ['item-7', 'gone', 'mystery', 'item-588'] })
    const candidates = named(findCandidates(scope(), rules))
    expect(['item-7', 'gone', 'mystery'].map((id) => candidates.get(id))).toEqual([undefined, undefined, undefined])
    expect(candidates.get('item-588')).toBe('pinned')
  })
})
