import { IngestClient } from '@freshet/contracts/services'
import { builtInDictionary } from '@freshet/features'
import { type Clock, randomBelow } from '@freshet/kernel'
import { call } from '@freshet/service'
import { asking } from '../fleet/asking'
import { patiently } from '../fleet/learned'
import { assertAccepted } from './stream'

/** The dictionary that a siege begins with. */
export const DICTIONARY = 'movielens'

/** The same with a feature more of each part: what a user remembers, what is told of an item, and what both have in common. */
export const ADDED = builtInDictionary(DICTIONARY)
  .replace('user:\n', 'user:\n  - { name: user_hours, kind: count, events: [rating], windowMs: 21600000, buckets: 12, scale: 0.2 }\n')
  .replace('item:\n', 'item:\n  - { name: item_events, kind: total, scale: 0.1 }\n')
  .replace('cross:\n', 'cross:\n  - { name: user_item, kind: cross, user: id, item: id }\n')

/** What changes whole histories while a fault is carried out. */
export type Change = { readonly kind: 'dictionary' } | { readonly kind: 'forget'; readonly userId: string }

const ANSWER_MS_MAX = 15_000 // who stands still answers nobody
const FORGOTTEN_EVERY = 3 // faults

/** The changes that come with the faults of a siege, by fault: some users are forgotten, and once, early, the dictionary is another. */
export function planChanges(count: number, { seed, users }: { readonly seed: number; readonly users: number }): (Change | undefined)[] {
  const dictionaryAt = Math.min(count - 1, 1 + randomBelow(Math.ceil(count / 4), seed, 0, 4))
  return Array.from({ length: count }, (_, i) => {
    if (i === dictionaryAt) return { kind: 'dictionary' }
    return i % FORGOTTEN_EVERY === 0 ? { kind: 'forget', userId: `u${randomBelow(users, seed, i, 5)}` } : undefined
  })
}

/** What a change is made with. */
export interface ChangeScope {
  readonly clock: Clock
  /** The dictionary of later. */
  readonly later: string
}

/** Asks ingest for a change until it is acknowledged. */
export function makeChange(address: string, change: Change, { clock, later }: ChangeScope): Promise<void> {
  const ask = async (client: IngestClient): Promise<void> => {
    if (change.kind === 'dictionary') await call(client, 'setDictionary', { text: later }, { deadlineMs: ANSWER_MS_MAX })
    else assertAccepted(await call(client, 'forget', { userIds: [change.userId], sessionIds: [] }, { deadlineMs: ANSWER_MS_MAX }))
  }
  return asking(IngestClient, address, (client) => patiently(clock, () => ask(client)))
}

/** A change in a few words. */
export const spellChange = (change: Change): string =>
  change.kind === 'dictionary' ? 'the dictionary changed' : `${change.userId} forgotten`
