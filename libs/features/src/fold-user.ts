import { Affinity, type Event, type ItemState, type User, UserState, entryOf, putEntry } from '@freshet/contracts'
import { meanResidual, meanValue } from './activity-features'
import { textsOf } from './attributes'
import { categoryKey, weightAt } from './cross-features'
import type { Dictionary } from './dictionary'
import { foldPair } from './fold-pair'
import { forgetOldest } from './forget'
import { type EventMeaning, isValued } from './meaning'
import { foldSequences } from './sequence'
import { countInWindow } from './window'

/** An event with what it means and what it happened to. */
export interface Deed {
  readonly event: Event
  readonly meaning: EventMeaning
  /** The item's state just before the event; undefined for an unknown one, and for a list. */
  readonly item: ItemState | undefined
}

/**
 * Folds an event into its user's state, which is changed in place and returned.
 *
 * A list that was shown counts in windows, once for each item, and is otherwise no deed of the user.
 */
export function foldUser(dictionary: Dictionary, state: UserState | undefined, deed: Deed): UserState {
  const { event, meaning } = deed
  const user = state ?? UserState.create({ firstSeenMs: event.timeMs })
  const times = meaning.impression ? (event.impression?.items.length ?? 0) : 1
  for (const shape of dictionary.compiled.userWindows.get(event.type) ?? [])
    countInWindow(user.windows, shape, { timeMs: event.timeMs, times })
  if (meaning.impression) return user
  user.events += 1
  user.firstSeenMs = user.firstSeenMs === 0 ? event.timeMs : Math.min(user.firstSeenMs, event.timeMs)
  user.lastSeenMs = Math.max(user.lastSeenMs, event.timeMs)
  if (event.itemId === '') return user
  foldAffinities(dictionary, user, deed)
  foldValue(dictionary, user, deed)
  foldPair(dictionary, user, deed)
  foldSequences(dictionary.compiled.sequences, user, { event, index: meaning.index })
  user.lastItemId = event.itemId
  return user
}

/** Replaces a user's attributes. */
export function foldCatalogUser(state: UserState | undefined, { attributes }: User): UserState {
  return Object.assign(state ?? UserState.create({}), { attributes })
}

/** Takes a user out of the catalogue: what it did stays; a user who did nothing is unknown then. */
export const foldDeletedUser = (state: UserState | undefined): UserState | undefined =>
  state === undefined || isUntouched(state) ? undefined : Object.assign(state, { attributes: {} })

/** Forgets what a user did; what the catalogue says of it stays until the catalogue says otherwise. */
export const foldForgottenUser = (state: UserState | undefined): UserState | undefined =>
  state === undefined || Object.keys(state.attributes).length === 0 ? undefined : UserState.create({ attributes: state.attributes })

const isUntouched = ({ events, windows }: UserState): boolean => events === 0 && Object.keys(windows).length === 0

/** How far an event's value lies above what its user's others let expect; undefined where it is no judgement. */
export function residualOf({ compiled }: Dictionary, state: UserState | undefined, deed: Omit<Deed, 'item'>): number | undefined {
  const { event, meaning } = deed
  return isValued(meaning) && event.value !== undefined ? event.value - meanValue(state, compiled.values) : undefined
}

/** True when a positive event has taken the item out of this user's answers. */
export const isConsumed = (state: UserState | undefined, itemId: string): boolean => entryOf(state?.items, itemId)?.consumed ?? false

/** Above the item's mean, so that a user is not called mild for choosing well. */
function foldValue({ compiled }: Dictionary, user: UserState, { event: { value }, meaning, item }: Deed): void {
  if (!isValued(meaning) || value === undefined) return
  user.valueSum += value
  user.valueCount += 1
  user.residualSum += value - meanValue(item, compiled.values)
}

function foldAffinities(dictionary: Dictionary, user: UserState, { event, meaning, item }: Deed): void {
  const { affinities, values } = dictionary.compiled
  const expected = meanValue(user, values) + meanResidual(item, values)
  const residual = isValued(meaning) && event.value !== undefined ? event.value - expected : undefined
  for (const { attribute, separator, unitMs } of affinities) {
    const texts = textsOf(item?.attributes, attribute, separator)
    if (texts.length === 0) continue
    for (const key of [attribute, ...texts.map((text) => categoryKey(attribute, text))]) {
      const affinity = entryOf(user.categories, key) ?? putEntry(user.categories, key, Affinity.create({ atMs: event.timeMs }))
      const atMs = Math.max(affinity.atMs, event.timeMs)
      affinity.weight = weightAt(affinity, unitMs, atMs) + meaning.weight
      affinity.atMs = atMs
      if (residual === undefined) continue
      affinity.residualSum += residual
      affinity.valueCount += 1
    }
  }
  forgetOldest(user.categories, { max: dictionary.declared.remember.categories, events: user.events }, ({ atMs }) => atMs)
}
