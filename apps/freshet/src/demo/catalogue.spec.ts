import { builtInDictionary, compileDictionary } from '@freshet/features'
import { callsToTry } from './calls'
import { catalogueOf } from './catalogue'
import { createChance } from './chance'
import { createWorld, DEMO_WORLD } from './world'

const world = createWorld({ ...DEMO_WORLD, items: 20, users: 5 })
const { items, users } = catalogueOf(world)

describe("the demo's catalogue", () => {
  it('says of items and users what the dictionary asks for, and nothing that is hidden', () => {
    const { declared } = compileDictionary(builtInDictionary('demo'))
    const names = (features: readonly { readonly name: string; readonly kind: string }[], kinds: readonly string[]): string[] =>
      features.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)
    expect(Object.keys(items[0].attributes).sort()).toEqual(names(declared.item, ['category', 'text', 'numeric']).sort())
    expect(Object.keys(users[0].attributes).sort()).toEqual(names(declared.user, ['category', 'bucket']).sort())
  })

  it('spells categories as levels', () => {
    const [first] = world.items
    expect(items[0].attributes.category.kind).toEqual({ $case: 'text', text: `${first.category}/${first.subcategory}` })
  })
})

describe('chance', () => {
  const chance = createChance(1)
  const numbers = Array.from({ length: 4000 }, (_, i) => i)
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

  it('is a function of what it is for', () => {
    expect(chance.unit('click', 3, 4)).toBe(createChance(1).unit('click', 3, 4))
    expect(
      new Set([chance.unit('click', 3, 4), chance.unit('click', 4, 3), chance.unit('search', 3, 4), createChance(2).unit('click', 3, 4)])
        .size,
    ).toBe(4)
  })

  it('is uniform, and normal where that is asked for', () => {
    const [uniform, normal] = [numbers.map((i) => chance.unit('click', i)), numbers.map((i) => chance.normal('quality', i))]
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(mean(normal))).toBeLessThan(0.06)
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.08)
    expect(new Set(numbers.map((i) => chance.below(7, 'visitor', i)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
  })
})

describe('the calls to try', () => {
  const at = { grpc: '127.0.0.1:50051', http: '127.0.0.1:8080' }

  it('carry JSON that parses, and name a user and an item that there are', () => {
    const text = callsToTry({ ...at, isDemo: true })
    const bodies = [...text.matchAll(/-d '(\{.*?\})'/g)].map(([, body]) => JSON.parse(body) as Record<string, unknown>)
    expect(bodies).toHaveLength(3)
    expect(bodies.map((body) => body.userId ?? body.user_id)).toEqual(['user-1', 'user-1', 'user-1'])
    expect(text).toMatch(/127.0.0.1:50051 freshet.ranker.v1.Ranker\/Recommend/)
    expect(text).toMatch(/http:\/\/127.0.0.1:8080\/v1\/events/)
  })

  it('ask for the same user by each way there is', () => {
    const lines = callsToTry({ ...at, isDemo: false }).split('\n').filter((line) => line.includes('ada')) // prettier-ignore
    expect(lines).toHaveLength(4)
    expect(lines.at(-1)).toBe('  npx freshet recommend ada --limit 5')
  })

  it('tell an empty system of something before they ask it, and speak no HTTP where nothing listens', () => {
    const text = callsToTry({ ...at, isDemo: false })
    expect(text.indexOf('/v1/events')).toBeLessThan(text.indexOf('/v1/recommend'))
    expect(callsToTry({ grpc: at.grpc, isDemo: true })).not.toContain('curl -s')
  })
})
