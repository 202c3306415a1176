import type { Source } from './recall'

/** A scored candidate. */
export interface Scored {
  /** Its place in the index; -1 for an item that nobody knows. */
  readonly at: number
  /** Its place among the request's candidates. */
  readonly b: number
  readonly source: Source
  readonly clickProbability: number
  /** Logarithm of the likelihood that this user turns to this item, among all items. */
  readonly logLikelihood: number
  readonly boost: number
  /** The logarithm of the score. */
  readonly logScore: number
}

/** What a list is arranged by. */
export interface Arrangement {
  readonly limit: number
  /** Places that come first, in order. */
  readonly pins: readonly number[]
  /** At most so many of one category, as far as others are left. */
  readonly diversity?: { readonly most: number; categoryOf(at: number): string | undefined }
}

/**
 * The order of an answer: pins as given, then by score.
 *
 * math    ln score = ln P(click | shown) + w · ln P(item | user) + ln boost
 */
export function arrange(scored: readonly Scored[], { limit, pins, diversity }: Arrangement): Scored[] {
  const pinned = pins.map((at) => scored.find((item) => item.at === at)).filter((item) => item !== undefined)
  const rest = scored.filter((item) => !pinned.includes(item)).sort((a, b) => b.logScore - a.logScore || a.at - b.at)
  const room = Math.max(0, limit - pinned.length)
  return [...pinned, ...(diversity ? spread(rest, room, diversity) : rest.slice(0, room))].slice(0, limit)
}

/** The logarithm of a candidate's score. A click probability of 0 would end all order among those that have it. */
export function logScore(item: Pick<Scored, 'clickProbability' | 'logLikelihood' | 'boost'>, recallWeight: number): number {
  return Math.log(Math.max(item.clickProbability, SMALLEST)) + recallWeight * item.logLikelihood + Math.log(item.boost)
}

const SMALLEST = 1e-12

/** Takes the best whose category has room; what was passed over fills what stays empty. */
function spread(ranked: readonly Scored[], room: number, { most, categoryOf }: NonNullable<Arrangement['diversity']>): Scored[] {
  const counts = new Map<string, number>()
  const taken: Scored[] = []
  const passedOver: Scored[] = []
  for (const item of ranked) {
    if (taken.length === room) break
    const category = categoryOf(item.at)
    const count = category === undefined ? 0 : (counts.get(category) ?? 0)
    if (count >= most) {
      passedOver.push(item)
      continue
    }
    if (category !== undefined) counts.set(category, count + 1)
    taken.push(item)
  }
  return [...taken, ...passedOver.slice(0, room - taken.length)]
}
