import { createChance, type Chance, type Purpose } from './chance'
import { BRANDS, CATEGORIES, SEGMENTS } from './shop'

const DIMENSIONS = 8
const ANCHORS = 1_000_000 // tastes of a user before the first comes again
const LOTS = 64 // numbers that one taste is drawn from, at most
const FAVOURITES = 3 // categories that the people of a segment share a liking for

/** How large a simulated shop is, and how fast its people change their minds. */
export interface WorldOptions {
  readonly seed: number
  readonly items: number
  readonly users: number
  /** From one taste of a user to the next. */
  readonly driftMs: number
}

/** The shop of `freshet up --demo`. */
export const DEMO_WORLD: WorldOptions = { seed: 1, items: 2000, users: 200, driftMs: 360_000 }

/** Something to sell: what the catalogue says, and what it hides. */
export interface WorldItem {
  readonly id: string
  readonly category: string
  readonly subcategory: string
  readonly brand: string
  readonly title: string
  readonly price: number
  /** Hidden: what it is like, a unit vector. */
  readonly direction: readonly number[]
  /** Hidden: how good it is, to everyone. */
  readonly quality: number
}

/** Someone who shops. */
export interface WorldUser {
  readonly id: string
  readonly segment: string
  readonly age: number
}

/** A simulated shop: hidden tastes that drift, of which the recommender sees only what people do. */
export interface World {
  readonly items: readonly WorldItem[]
  readonly users: readonly WorldUser[]
  readonly chance: Chance
  /** What a user likes at a moment, a unit vector: a function of time, so that nothing has to be stepped. */
  taste(user: number, timeMs: number): readonly number[]
}

/** Makes a world; the same options make the same world. */
export function createWorld(options: WorldOptions): World {
  const chance = createChance(options.seed)
  const kinds = createKinds(chance)
  const items = Array.from({ length: options.items }, (_, i) => createItem(i, kinds, chance))
  const users = Array.from({ length: options.users }, (_, u) => createUser(u, chance))

  const kindOf = (category: string, lot: number): readonly number[] => {
    const ofCategory = kinds.filter((kind) => kind.category === category)
    return ofCategory[Math.floor(lot * ofCategory.length)]?.direction ?? []
  }
  const anchor = (user: number, n: number): readonly number[] => {
    const segment = SEGMENTS.indexOf(users[user]?.segment ?? '')
    const liked = [0, 1].map((which) => {
      const lot = (i: number): number => chance.unit('favourite', user, LOTS * n + 4 * which + i)
      return kindOf(favourite(segment, lot, chance), lot(3))
    })
    return unitVector(
      add(scale(liked[0] ?? [], 0.8), scale(liked[1] ?? [], 0.5), scale(draw('anchor', user, { chance, from: LOTS * n }), 0.2)),
    )
  }
  const anchors = remembered(anchor, 4 * options.users)

  return {
    items,
    users,
    chance,
    taste(user, timeMs) {
      const moment = timeMs / options.driftMs + chance.unit('phase', user)
      const n = Math.floor(moment) % ANCHORS
      const way = moment - Math.floor(moment)
      const turn = way * way * (3 - 2 * way) // rests at each taste, hurries in between
      return unitVector(add(scale(anchors(user, n), 1 - turn), scale(anchors(user, n + 1), turn)))
    },
  }
}

interface Kind {
  readonly category: string
  readonly subcategory: string
  readonly direction: readonly number[]
}

/** Subcategories of a category lie near each other. */
function createKinds(chance: Chance): readonly Kind[] {
  return Object.entries(CATEGORIES).flatMap(([category, subcategories], c) => {
    const centre = unitVector(draw('direction', c, { chance }))
    return subcategories.map((subcategory, s) => {
      const own = unitVector(draw('direction', 1000 + c * 100 + s, { chance }))
      return { category, subcategory, direction: unitVector(add(scale(centre, 0.85), scale(own, 0.5))) }
    })
  })
}

function createItem(i: number, kinds: readonly Kind[], chance: Chance): WorldItem {
  const kind = kinds[chance.below(kinds.length, 'itemKind', i)] ?? { category: '', subcategory: '', direction: [] }
  const brand = BRANDS[chance.below(BRANDS.length, 'itemKind', i, 1)] ?? ''
  const own = unitVector(draw('itemDirection', i, { chance }))
  return {
    id: `item-${i}`,
    category: kind.category,
    subcategory: kind.subcategory,
    brand,
    title: `${brand} ${kind.subcategory} No. ${i}`,
    price: Math.round(100 * Math.exp(1 + 5 * chance.unit('price', i))) / 100,
    direction: unitVector(add(scale(kind.direction, 0.9), scale(own, 0.35))),
    quality: 0.4 * chance.normal('quality', i),
  }
}

function createUser(u: number, chance: Chance): WorldUser {
  const segment = chance.below(SEGMENTS.length, 'segment', u)
  return { id: `user-${u}`, segment: SEGMENTS[segment] ?? '', age: 18 + 6 * segment + chance.below(20, 'age', u) }
}

/** Mostly what the segment likes, now and then anything. */
function favourite(segment: number, lot: (i: number) => number, chance: Chance): string {
  const categories = Object.keys(CATEGORIES)
  const any = (unit: number): string => categories[Math.floor(unit * categories.length)] ?? ''
  if (lot(0) < 0.15) return any(lot(1))
  return any(chance.unit('liking', segment, Math.floor(lot(2) * FAVOURITES)))
}

/** Keeps what was computed of late: a taste is asked for many times before it changes. */
function remembered<T>(compute: (a: number, b: number) => T, entriesMax: number): (a: number, b: number) => T {
  const known = new Map<number, T>()
  return (a, b) => {
    const key = a * (ANCHORS + 1) + b
    const value = known.get(key) ?? compute(a, b)
    known.delete(key)
    known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= entriesMax) break
      known.delete(oldest)
    }
    return value
  }
}

const draw = (purpose: Purpose, a: number, { chance, from = 0 }: { chance: Chance; from?: number }): number[] =>
  Array.from({ length: DIMENSIONS }, (_, d) => chance.normal(purpose, a, from + d))
const scale = (vector: readonly number[], by: number): number[] => vector.map((value) => value * by)
const add = (...vectors: readonly (readonly number[])[]): number[] =>
  Array.from({ length: DIMENSIONS }, (_, d) => vectors.reduce((sum, vector) => sum + (vector[d] ?? 0), 0))

function unitVector(vector: readonly number[]): readonly number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return length === 0 ? vector : vector.map((value) => value / length)
}
