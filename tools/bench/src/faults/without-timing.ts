import type { UserState } from '@freshet/contracts'

/**
 * A user without what depends on when touches of other partitions arrive: how far judgements lay above what the item let expect at that moment. All else
 * follows from the user's own events and from a catalogue that stands still: tastes too, for no event is folded anew before the catalogue of every partition.
 */
export function withoutTiming(user: UserState): UserState {
  const categories = Object.entries(user.categories).map(([key, affinity]) => [key, { ...affinity, residualSum: 0 }])
  return { ...user, residualSum: 0, categories: Object.fromEntries(categories) as UserState['categories'] }
}
