import { Event } from '@freshet/contracts'
import { randomBelow, randomUnit } from '@freshet/kernel'

/** A stream of ratings: the same prefix whatever its length. */
export interface RatingsOptions {
  readonly users: number
  readonly items: number
  readonly seed: number
  /** The time of the first one. */
  readonly startMs: number
  /** From one to the next. */
  readonly everyMs: number
}

/**
 * Ratings of 1 to 5 by users who like items of their own kind. The dictionary `movielens` makes exactly one example of each, so that what went in can be
 * counted where it comes out.
 */
export function ratings(count: number, { users, items, seed, startMs, everyMs }: RatingsOptions): Event[] {
  return Array.from({ length: count }, (_, i) => {
    const user = randomBelow(users, seed, i, 1)
    const item = Math.floor(items * randomUnit(seed, i, 2) ** 2) // the lower the number, the more popular
    const isOfTheirKind = user % KINDS === item % KINDS
    const value = (isOfTheirKind ? 3 : 1) + randomBelow(3, seed, i, 3)
    return Event.create({
      eventId: `r${seed}-${i}`,
      userId: `u${user}`,
      itemId: `i${item}`,
      type: 'rating',
      timeMs: startMs + i * everyMs,
      value,
    })
  })
}

/** Ratings that never end and have happened when they arrive: a block of them comes round again, each time under ids of its own, `<prefix>-<index>`. */
export function endlessRatings(prefix: string, stream: Pick<RatingsOptions, 'users' | 'items' | 'seed'>): (index: number) => Event {
  const block = ratings(BLOCK, { ...stream, startMs: 0, everyMs: 0 })
  return (index) => ({ ...block[index % BLOCK], eventId: `${prefix}-${index}` })
}

const KINDS = 4
const BLOCK = 8192
