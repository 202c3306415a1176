import type { DeclaredDictionary } from './declared-dictionary'

/** What an event of a type means to the rest of the house. */
export interface EventMeaning {
  readonly type: string
  /** Its place among the dictionary's types: what counts per type are kept by. */
  readonly index: number
  /** What it says of its item; undefined: nothing to learn from. */
  readonly label?: 'positive' | 'negative' | { readonly atLeast: number }
  /** It says no as well as yes, so nothing is drawn beside it. */
  readonly explicit: boolean
  readonly weight: number
  /** A positive one takes the item out of this user's answers. */
  readonly consumes: boolean
  readonly touches: boolean
  readonly impression: boolean
  /** Types of which it takes back the last event on its item. */
  readonly corrects: readonly string[]
}

/** The meanings of all declared types, in the order of declaration. */
export function meaningsOf({ events }: DeclaredDictionary): ReadonlyMap<string, EventMeaning> {
  return new Map(
    Object.entries(events).map(([type, { label, corrects = [], ...declared }], index) => [
      type,
      { type, index, ...declared, corrects, label: label === 'none' || declared.impression ? undefined : label },
    ]),
  )
}

/** The types whose values are remembered, where some type takes others back: they tell whether an event consumed, or stood in a sequence. */
export function judgingTypes({ events, user }: Pick<DeclaredDictionary, 'events' | 'user'>): ReadonlySet<string> {
  const corrected = new Set(Object.values(events).flatMap(({ corrects = [] }) => corrects))
  if (corrected.size === 0) return corrected
  const consuming = Object.entries(events).filter(([, { consumes, label }]) => consumes && typeof label === 'object')
  const sequences = user.flatMap((feature) => (feature.kind === 'sequence' ? [feature] : []))
  const chosen = sequences.flatMap(({ atLeast, below, events: types }) => (atLeast === undefined && below === undefined ? [] : types))
  return new Set([...consuming.map(([type]) => type), ...chosen.filter((type) => corrected.has(type))])
}

/** 1 or 0 as the event says; undefined where it says nothing, or its value is missing. */
export function labelOf(meaning: EventMeaning, value: number | undefined): 0 | 1 | undefined {
  if (meaning.label === undefined) return undefined
  if (meaning.label === 'positive') return 1
  if (meaning.label === 'negative') return 0
  if (value === undefined) return undefined
  return value >= meaning.label.atLeast ? 1 : 0
}

/** True for a type each event of which takes its item out of its user's answers; others do so by their value, or never. */
export const consumesAlways = ({ consumes, label }: EventMeaning): boolean => consumes && (label === 'positive' || label === 'negative')

/** True where an event's value is a judgement that means are made of: a rating. */
export const isValued = (meaning: EventMeaning): boolean => typeof meaning.label === 'object'
