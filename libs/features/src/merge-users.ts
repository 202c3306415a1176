import { Affinity, PairCounts, UserState, entryOf, putEntry } from '@freshet/contracts'
import { weightAt } from './cross-features'
import type { Dictionary } from './dictionary'
import { mergePair } from './fold-pair'
import { mergeSequence } from './sequence'
import { mergeWindow } from './window'

/**
 * Adds what a session did to what a user did, as if the user had done both; `user` is changed in place and returned.
 *
 * Sums and windows add up, sequences interleave by time, affinities are brought to one moment first. Attributes are the
 * catalogue's, and stay the user's own. Merging a state in parts (see `partsOfUser`) is merging it whole.
 */
export function mergeUsers(dictionary: Dictionary, user: UserState | undefined, session: UserState): UserState {
  const merged = user ?? UserState.create({})
  mergeTimes(merged, session)
  merged.events += session.events
  merged.valueSum += session.valueSum
  merged.valueCount += session.valueCount
  merged.residualSum += session.residualSum
  mergeWindows(dictionary, merged, session)
  for (const declared of dictionary.compiled.sequences) mergeSequence(merged, entryOf(session.sequences, declared.name), declared)
  for (const [itemId, pair] of inOrder(session.items))
    mergePair(entryOf(merged.items, itemId) ?? putEntry(merged.items, itemId, PairCounts.create({})), pair)
  mergeAffinities(dictionary, merged, session)
  return merged
}

/** The same order whatever history made the object. */
const inOrder = <T>(of: Readonly<Record<string, T>>): [string, T][] => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1))

function mergeTimes(user: UserState, session: UserState): void {
  if (session.lastItemId !== '' && (user.lastItemId === '' || session.lastSeenMs > user.lastSeenMs)) user.lastItemId = session.lastItemId
  user.lastSeenMs = Math.max(user.lastSeenMs, session.lastSeenMs)
  if (session.firstSeenMs !== 0)
    user.firstSeenMs = user.firstSeenMs === 0 ? session.firstSeenMs : Math.min(user.firstSeenMs, session.firstSeenMs)
}

function mergeWindows({ compiled }: Dictionary, user: UserState, { windows }: UserState): void {
  const merged = new Set<string>()
  for (const shape of [...compiled.userWindows.values()].flat()) {
    if (merged.has(shape.name) || !Object.hasOwn(windows, shape.name)) continue
    merged.add(shape.name)
    mergeWindow(user.windows, shape, windows[shape.name])
  }
}

function mergeAffinities({ compiled }: Dictionary, user: UserState, session: UserState): void {
  for (const [key, added] of inOrder(session.categories)) {
    const declared = compiled.affinities.find(({ attribute }) => key === attribute || key.startsWith(`${attribute}=`))
    if (declared === undefined) continue
    const affinity = entryOf(user.categories, key) ?? putEntry(user.categories, key, Affinity.create({ atMs: added.atMs }))
    const atMs = Math.max(affinity.atMs, added.atMs)
    affinity.weight = weightAt(affinity, declared.unitMs, atMs) + weightAt(added, declared.unitMs, atMs)
    affinity.atMs = atMs
    affinity.residualSum += added.residualSum
    affinity.valueCount += added.valueCount
  }
}
