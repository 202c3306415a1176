import { Event, Impression, ImpressionItem, Item, AttributeValue, Link } from '@freshet/contracts'
import { randomBelow } from '@freshet/kernel'

/** A recorded stream: the same prefix whatever its length. */
export interface VisitsOptions {
  readonly seed: number
  readonly users: number
  readonly items: number
  /** The time of the first event. */
  readonly startMs: number
  /** From one visit to the next. */
  readonly everyMs: number
}

const GENRES = ['drama', 'comedy', 'war', 'noir'] as const
const SHOWN = 3
const LATE_MS = 3_600_000
/** What visits are: an event alone, or a list with what became of it, in every order that the joins know. */
const KINDS = ['rating', 'rating', 'rating', 'late rating', 'list', 'list, click', 'click, list', 'list, click, rating'] as const

/**
 * Visits in the words of the dictionary `movielens`: ratings, late ones too, lists as another system shows them, clicks before and after their list. What
 * each completes follows from the stream alone, so that a fold in memory tells what must have been learned.
 */
export function visits(count: number, options: VisitsOptions): Event[] {
  const events: Event[] = []
  for (let visit = 0; events.length < count; visit++) events.push(...eventsOf(visit, options))
  return events.slice(0, count)
}

/** The same visits as they happen: at the time of their arrival, and those of some users in a session that nobody knows yet. */
export const liveVisits = (events: readonly Event[]): Event[] =>
  events.map((event) =>
    isVisitor(event) ? { ...event, timeMs: 0, userId: '', sessionId: sessionOf(event.userId) } : { ...event, timeMs: 0 },
  )

/** Whose sessions these events turn out to have been: each session once. */
export const linksOf = (events: readonly Event[]): Link[] =>
  [...new Set(events.flatMap(({ sessionId }) => (sessionId === '' ? [] : [sessionId])))].map((sessionId) =>
    Link.create({ sessionId, userId: userOf(sessionId) }),
  )

/** The catalogue that the visits are of. */
export const catalogue = ({ items }: Pick<VisitsOptions, 'items'>): Item[] =>
  Array.from({ length: items }, (_, i) => {
    const genres = [GENRES[i % GENRES.length], GENRES[(i * 7 + 1) % GENRES.length]].join('|')
    return Item.create({ itemId: `i${i}`, attributes: { genres: AttributeValue.create({ kind: { $case: 'text', text: genres } }) } })
  })

function eventsOf(visit: number, { seed, users, items, startMs, everyMs }: VisitsOptions): Event[] {
  const draw = (below: number, purpose: number): number => randomBelow(below, seed, visit, purpose)
  const shown = Array.from({ length: SHOWN }, (_, i) => `i${draw(items, 10 + i)}`)
  const timeMs = startMs + visit * everyMs
  const fields = { userId: `u${draw(users, 1)}`, timeMs }
  const words = KINDS[draw(KINDS.length, 2)].split(', ')
  return words.map((word, i) => {
    const eventId = `v${seed}-${visit}-${i}`
    if (word === 'list')
      return Event.create({ ...fields, eventId, type: 'impression', requestId: `q${seed}-${visit}`, impression: listOf(shown) })
    if (word === 'click')
      return Event.create({ ...fields, eventId, type: 'click', requestId: `q${seed}-${visit}`, itemId: shown[draw(SHOWN, 3)] })
    const late = word === 'late rating' ? LATE_MS : 0
    return Event.create({ ...fields, eventId, type: 'rating', itemId: shown[0], value: 1 + draw(5, 4), timeMs: timeMs - late })
  })
}

const VISITORS = 5 // one user of so many is not known at first
const isVisitor = ({ userId }: Event): boolean => Number(userId.slice(1)) % VISITORS === 0
const sessionOf = (userId: string): string => `session-${userId}`
const userOf = (sessionId: string): string => sessionId.slice(sessionOf('').length)

const listOf = (itemIds: readonly string[]): Impression =>
  Impression.create({ items: [...new Set(itemIds)].map((itemId) => ImpressionItem.create({ itemId })), surface: 'home' })
