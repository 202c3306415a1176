import { CATEGORIES, SEGMENTS } from './shop'
import { createWorld, DEMO_WORLD, type World } from './world'

const world = createWorld({ ...DEMO_WORLD, items: 300, users: 60 })
const T = 1_700_000_000_000
const cosine = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, d) => sum + value * (b[d] ?? 0), 0)
const MINUTE = 60_000

describe('a simulated world', () => {
  it('is the same for the same seed, and another for another', () => {
    const again = createWorld({ ...DEMO_WORLD, items: 300, users: 60 })
    expect(again.items).toEqual(world.items)
    expect(again.users).toEqual(world.users)
    expect(again.taste(7, T)).toEqual(world.taste(7, T))
    expect(createWorld({ ...DEMO_WORLD, items: 300, users: 60, seed: 2 }).items).not.toEqual(world.items)
  })

  it('fills every category, and gives every item what a catalogue says', () => {
    expect(new Set(world.items.map(({ category }) => category))).toEqual(new Set(Object.keys(CATEGORIES)))
    for (const item of world.items) {
      expect(CATEGORIES[item.category]).toContain(item.subcategory)
      expect(item.price).toBeGreaterThan(1)
      expect(item.price).toBeLessThan(500)
      expect(cosine(item.direction, item.direction)).toBeCloseTo(1)
    }
  })

  it('has people of every segment', () => {
    expect(new Set(world.users.map(({ segment }) => segment))).toEqual(new Set(SEGMENTS))
  })

  it('puts items of one subcategory nearer to each other than to the rest', () => {
    const mean = (pairs: (a: World['items'][number], b: World['items'][number]) => boolean): number => {
      const values = world.items.flatMap((a, i) =>
        world.items
          .slice(i + 1)
          .filter((b) => pairs(a, b))
          .map((b) => cosine(a.direction, b.direction)),
      )
      return values.reduce((sum, value) => sum + value, 0) / values.length
    }
    const same = mean((a, b) => a.category === b.category && a.subcategory === b.subcategory)
    const sibling = mean((a, b) => a.category === b.category && a.subcategory !== b.subcategory)
    const other = mean((a, b) => a.category !== b.category)
    expect(same).toBeGreaterThan(sibling)
    expect(sibling).toBeGreaterThan(other)
  })
})

describe('a taste', () => {
  it('is a direction, whatever the moment, and does not depend on what was asked before', () => {
    const alone = createWorld({ ...DEMO_WORLD, items: 300, users: 60 }).taste(5, T + 7 * MINUTE)
    for (let minute = 0; minute < 30; minute++)
      expect(cosine(world.taste(5, T + minute * MINUTE), world.taste(5, T + minute * MINUTE))).toBeCloseTo(1)
    expect(world.taste(5, T + 7 * MINUTE)).toEqual(alone)
  })

  it('drifts: hardly within a second, much within half an hour', () => {
    const users = world.users.map((_, user) => user)
    const nearness = (afterMs: number): number =>
      users.reduce((sum, user) => sum + cosine(world.taste(user, T), world.taste(user, T + afterMs)), 0) / users.length
    for (const user of users) expect(cosine(world.taste(user, T), world.taste(user, T + 1000))).toBeGreaterThan(0.99)
    expect(nearness(5000)).toBeGreaterThan(0.99)
    expect(nearness(30 * MINUTE)).toBeLessThan(0.8)
  })

  it('is shared, in part, by the people of a segment', () => {
    const near = { same: [] as number[], other: [] as number[] }
    world.users.forEach((a, i) =>
      world.users.slice(i + 1).forEach((b, j) => {
        near[a.segment === b.segment ? 'same' : 'other'].push(cosine(world.taste(i, T), world.taste(i + 1 + j, T)))
      }),
    )
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(near.same)).toBeGreaterThan(mean(near.other) + 0.05)
  })
})
