import { type Event, Sequence, type UserState, entryOf, putEntry } from '@freshet/contracts'
import type { UserFeature } from './declared-feature'
import type { EventMeaning } from './meaning'

/** A sequence as declared. */
export type DeclaredSequence = Extract<UserFeature, { kind: 'sequence' }>

/** True where a sequence asks for such a value. */
export const isAdmitted = ({ atLeast = -Infinity, below = Infinity }: DeclaredSequence, value = 0): boolean =>
  value >= atLeast && value < below

/** Takes an event into the sequences that ask for it, by time; the oldest entry gives way. */
export function foldSequences(
  declared: readonly DeclaredSequence[],
  user: UserState,
  { event, index }: { readonly event: Event; readonly index: number },
): void {
  const { type, itemId, timeMs, value } = event
  for (const of of declared) {
    if (!of.events.includes(type) || !isAdmitted(of, value)) continue
    const sequence = entryOf(user.sequences, of.name) ?? putEntry(user.sequences, of.name, Sequence.create({}))
    let at = sequence.timesMs.length
    while (at > 0 && sequence.timesMs[at - 1] > timeMs) at--
    insert(sequence, at, { itemId, timeMs, type: index + 1 })
    while (sequence.itemIds.length > of.last) remove(sequence, 0) // several, where another dictionary asks for fewer
  }
}

/** Interleaves what was done elsewhere, by time; of one moment, the user's own come first. */
export function mergeSequence(user: UserState, added: Sequence | undefined, { name, last }: DeclaredSequence): void {
  if (added === undefined) return
  const both = [entryOf(user.sequences, name) ?? Sequence.create({}), added].flatMap(({ itemIds, timesMs, types }) =>
    itemIds.map((itemId, i) => ({ itemId, timeMs: timesMs[i], type: types[i] ?? UNKNOWN })),
  )
  const newest = both.sort((a, b) => a.timeMs - b.timeMs).slice(-last)
  putEntry(user.sequences, name, {
    itemIds: newest.map(({ itemId }) => itemId),
    timesMs: newest.map(({ timeMs }) => timeMs),
    types: newest.map(({ type }) => type),
  })
}

/** Takes out the last entry of an item that an event of this type has made. */
export function dropLast(
  sequence: Sequence | undefined,
  { itemId, type: { index } }: { readonly itemId: string; readonly type: EventMeaning },
): void {
  if (sequence === undefined) return
  const { itemIds, types } = sequence
  const at = itemIds.findLastIndex((id, i) => id === itemId && [UNKNOWN, index + 1].includes(types[i] ?? UNKNOWN))
  if (at >= 0) remove(sequence, at)
}

const UNKNOWN = 0 // the type of an entry of before types were kept: it may be any

interface Entry {
  readonly itemId: string
  readonly timeMs: number
  readonly type: number
}

function insert({ itemIds, timesMs, types }: Sequence, at: number, { itemId, timeMs, type }: Entry): void {
  while (types.length < itemIds.length) types.push(UNKNOWN)
  itemIds.splice(at, 0, itemId)
  timesMs.splice(at, 0, timeMs)
  types.splice(at, 0, type)
}

function remove({ itemIds, timesMs, types }: Sequence, at: number): void {
  itemIds.splice(at, 1)
  timesMs.splice(at, 1)
  types.splice(at, 1)
}
