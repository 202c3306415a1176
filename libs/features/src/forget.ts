const CHECK_EVERY = 32 // counting the keys of an object costs as much as there are

/** How many entries may stay, and how many events there have been. */
export interface ForgetScope {
  readonly max: number
  readonly events: number
}

/**
 * Keeps a record near `max` entries: now and then, by the count of events and nothing else, the lowest-ranked go.
 * Equal ranks leave in the order of their keys, so that equal histories leave equal states.
 */
export function forgetOldest<T>(of: Record<string, T>, { max, events }: ForgetScope, rank: (entry: T) => number): void {
  if (events % CHECK_EVERY !== 0) return
  if (Object.keys(of).length <= max) return
  const entries = Object.entries(of)
  entries.sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1))
  for (const [key] of entries.slice(0, entries.length - max)) delete of[key]
}
