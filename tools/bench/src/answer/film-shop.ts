import { AttributeValue, type Event, Item, type ItemState, Touch, User, type UserState } from '@freshet/contracts'
import { type Dictionary, foldCatalogItem, foldCatalogUser, foldItem, foldUser, meaningOf, residualOf } from '@freshet/features'
import { randomBelow, randomUnit } from '@freshet/kernel'
import { ratings } from '../fleet/ratings'

/** What a shop of films remembers after its ratings: states as the feature store folds them. */
export interface FilmShop {
  readonly items: ReadonlyMap<string, ItemState>
  readonly users: ReadonlyMap<string, UserState>
  readonly endMs: number
}

/** As many films, users and ratings as MovieLens 100k has, and attributes of the same kinds: 1.7 genres and 2 to 5 words a film. */
export const ML100K_COUNTS = { items: 1682, users: 943, ratings: 100_000 } as const

const [SEED, START_MS, EVERY_MS] = [17, 880_000_000_000, 180_000]
const COUNTS = { genres: 18, words: 2600, occupations: 21 } as const

/** The shop after so many ratings, the same each time. */
export function openFilmShop(dictionary: Dictionary, count: number): FilmShop {
  const items = new Map<string, ItemState>()
  const users = new Map<string, UserState>()
  for (let i = 0; i < ML100K_COUNTS.items; i++) items.set(`i${i}`, foldCatalogItem(undefined, film(i), START_MS))
  for (let u = 0; u < ML100K_COUNTS.users; u++) users.set(`u${u}`, foldCatalogUser(undefined, viewer(u)))
  const { items: films, users: viewers } = ML100K_COUNTS
  const events = ratings(count, { items: films, users: viewers, seed: SEED, startMs: START_MS, everyMs: EVERY_MS })
  for (const event of events) rate(dictionary, event, { items, users })
  return { items, users, endMs: START_MS + count * EVERY_MS }
}

function rate(
  dictionary: Dictionary,
  event: Event,
  { items, users }: { items: Map<string, ItemState>; users: Map<string, UserState> },
): void {
  const meaning = meaningOf(dictionary, event.type)
  if (meaning === undefined) return
  const { userId, itemId, type, timeMs, value } = event
  const [user, item] = [users.get(userId), items.get(itemId)]
  const residual = residualOf(dictionary, user, { event, meaning })
  users.set(userId, foldUser(dictionary, user, { event, meaning, item }))
  items.set(itemId, foldItem(dictionary, item, Touch.create({ type, timeMs, value, residual })))
}

function film(i: number): Item {
  const drawn = (salt: number, count: number): number => Math.floor(count * randomUnit(SEED, i, salt) ** 2)
  const genres = Array.from({ length: 1 + drawn(1, 4) }, (_, k) => `genre ${drawn(10 + k, COUNTS.genres)}`)
  const words = Array.from({ length: 2 + drawn(2, 4) }, (_, k) => `word${drawn(20 + k, COUNTS.words)}`)
  const attributes = {
    title: text(words.join(' ')),
    year: AttributeValue.create({ kind: { $case: 'number', number: 1998 - drawn(3, 70) } }),
    genres: AttributeValue.create({ kind: { $case: 'texts', texts: { values: [...new Set(genres)] } } }),
  }
  return Item.create({ itemId: `i${i}`, attributes, createdMs: START_MS + i })
}

function viewer(u: number): User {
  const attributes = {
    age: AttributeValue.create({ kind: { $case: 'number', number: 10 + randomBelow(60, SEED, u, 4) } }),
    gender: text(randomBelow(3, SEED, u, 5) === 0 ? 'F' : 'M'),
    occupation: text(`occupation ${randomBelow(COUNTS.occupations, SEED, u, 6)}`),
  }
  return User.create({ userId: `u${u}`, attributes })
}

const text = (value: string): AttributeValue => AttributeValue.create({ kind: { $case: 'text', text: value } })
