import { clickProbability, examined, expectedCtr, react, search } from './choice'
import { createPopularity, oracleList, randomList } from './policies'
import { createWorld, DEMO_WORLD, type WorldItem } from './world'

const world = createWorld({ ...DEMO_WORLD, items: 400, users: 100 })
const T = 1_700_000_000_000
const bounds = { limit: 10, owned: new Set<string>() }
const visits = Array.from({ length: 400 }, (_, number) => ({ number, user: number % 100, timeMs: T + number * 50 }))
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('choosing', () => {
  it('looks at later places less', () => {
    expect([0, 1, 9].map(examined).map((p) => p.toFixed(2))).toEqual(['1.00', '0.89', '0.48'])
  })

  it('is more likely for what is liked, and never certain', () => {
    const taste = world.taste(0, T)
    const [best] = oracleList(world, taste, bounds)
    const probabilities = world.items.map((item) => clickProbability(taste, item))
    expect(Math.max(...probabilities)).toBe(best && clickProbability(taste, best))
    expect(Math.max(...probabilities)).toBeLessThan(1)
    expect(Math.min(...probabilities)).toBeGreaterThan(0)
  })

  it('happens as often as it is expected to', () => {
    const lists = visits.map((visit) => oracleList(world, world.taste(visit.user, visit.timeMs), bounds))
    const expected = mean(visits.map((visit, i) => expectedCtr(lists[i] ?? [], world.taste(visit.user, visit.timeMs))))
    const clicked = visits.map((visit, i) => react(world, visit, lists[i] ?? []).filter(({ type }) => type === 'click').length / 10)
    const deviation = Math.sqrt((expected * (1 - expected)) / 4000)
    expect(Math.abs(mean(clicked) - expected)).toBeLessThan(3 * deviation)
  })

  it('is the same for the same visit, and leads from click to cart to purchase', () => {
    const reactions = visits.flatMap((visit) => react(world, visit, oracleList(world, world.taste(visit.user, visit.timeMs), bounds)))
    const again = visits.flatMap((visit) => react(world, visit, oracleList(world, world.taste(visit.user, visit.timeMs), bounds)))
    expect(again).toEqual(reactions)
    const [clicks, carts, purchases] = ['click', 'cart', 'purchase'].map(
      (type) => reactions.filter((reaction) => reaction.type === type).length,
    )
    expect(carts).toBeLessThan(clicks ?? 0)
    expect(purchases).toBeLessThan(carts ?? 0)
    expect(purchases).toBeGreaterThan(0)
  })

  it('finds something to its taste without any list', () => {
    const found = visits.map((visit) => ({ visit, item: search(world, visit) }))
    const liking = found.map(({ visit, item }) => (item ? clickProbability(world.taste(visit.user, visit.timeMs), item) : 0))
    const anything = visits.map((visit) => expectedCtr(randomList(world, visit.number, bounds), world.taste(visit.user, visit.timeMs)))
    expect(mean(liking)).toBeGreaterThan(3 * mean(anything))
  })

  it('of an empty list is worth nothing', () => {
    expect(expectedCtr([], world.taste(0, T))).toBe(0)
  })
})

describe('the policies', () => {
  it('stand in their order: random, popularity, oracle', () => {
    const popularity = createPopularity(world)
    for (const visit of visits) {
      for (const { item, type } of react(world, visit, randomList(world, visit.number, { ...bounds, limit: 100 })))
        if (type === 'click') popularity.clicked(item)
    }
    const ctr = (listOf: (visit: (typeof visits)[number]) => WorldItem[]): number =>
      mean(visits.map((visit) => expectedCtr(listOf(visit), world.taste(visit.user, visit.timeMs))))
    const random = ctr((visit) => randomList(world, visit.number, bounds))
    const popular = ctr(() => popularity.list(bounds))
    const oracle = ctr((visit) => oracleList(world, world.taste(visit.user, visit.timeMs), bounds))
    expect(popular).toBeGreaterThan(1.5 * random)
    expect(oracle).toBeGreaterThan(1.5 * popular)
  })

  it('of the oracle: no list is worth more than its list', () => {
    for (const visit of visits.slice(0, 50)) {
      const taste = world.taste(visit.user, visit.timeMs)
      const best = expectedCtr(oracleList(world, taste, bounds), taste)
      for (let other = 0; other < 20; other++) expect(expectedCtr(randomList(world, 1000 + other, bounds), taste)).toBeLessThanOrEqual(best)
    }
  })

  it('of the oracle: it is the ten best, as a full sort finds them', () => {
    const taste = world.taste(3, T)
    const sorted = [...world.items].sort((a, b) => clickProbability(taste, b) - clickProbability(taste, a))
    expect(oracleList(world, taste, bounds)).toEqual(sorted.slice(0, 10))
  })

  it('of popularity: items rise with their clicks, and keep their order where they tie', () => {
    const popularity = createPopularity(world)
    const [a, b, c] = world.items
    for (const item of [c, b, c]) if (item) popularity.clicked(item)
    expect(popularity.list({ ...bounds, limit: 3 })).toEqual([c, b, a])
  })

  it('leave out what a user owns, and show nothing twice', () => {
    const taste = world.taste(3, T)
    const owned = new Set(oracleList(world, taste, bounds).map(({ id }) => id))
    const lists = [
      oracleList(world, taste, { limit: 10, owned }),
      createPopularity(world).list({ limit: 10, owned }),
      randomList(world, 5, { limit: 10, owned }),
    ]
    for (const list of lists) {
      expect(list.filter(({ id }) => owned.has(id))).toEqual([])
      expect(new Set(list).size).toBe(10)
    }
  })
})
