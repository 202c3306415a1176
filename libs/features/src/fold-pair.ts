import { PairCounts, type UserState, entryOf, putEntry } from '@freshet/contracts'
import type { Dictionary } from './dictionary'
import { forgetOldest } from './forget'
import type { Deed } from './fold-user'
import { type EventMeaning, consumesAlways, labelOf } from './meaning'
import { dropLast, isAdmitted } from './sequence'

/** Counts a deed to what its user did to its item, and takes back what it corrects; then the oldest pairs may go. */
export function foldPair(dictionary: Dictionary, user: UserState, { event, meaning }: Omit<Deed, 'item'>): void {
  const { itemId, timeMs, value } = event
  const { meanings, compiled, declared } = dictionary
  const pair = entryOf(user.items, itemId) ?? putEntry(user.items, itemId, PairCounts.create({}))
  while (pair.counts.length < meanings.size) pair.counts.push(0)
  pair.counts[meaning.index] += 1
  pair.lastMs = Math.max(pair.lastMs, timeMs)
  pair.consumed ||= consumesAlways(meaning) || (meaning.consumes && labelOf(meaning, value) === 1)
  if (compiled.judging.has(meaning.type)) {
    pair.judgements.push({ type: meaning.index, value })
    if (pair.judgements.length > JUDGEMENTS_MAX) pair.judgements.shift()
  }
  for (const type of meaning.corrects) takeBack(dictionary, user, { itemId, pair, taken: meanings.get(type) })
  const bounds = { max: declared.remember.items, events: user.events }
  forgetOldest(user.items, bounds, (each) => (each.consumed ? each.lastMs : each.lastMs - CONSUMED_LONGER_MS))
}

/** Adds what was done to an item elsewhere. */
export function mergePair(pair: PairCounts, added: PairCounts): void {
  while (pair.counts.length < added.counts.length) pair.counts.push(0)
  added.counts.forEach((count, index) => (pair.counts[index] += count))
  const [older, newer] = pair.lastMs <= added.lastMs ? [pair, added] : [added, pair]
  pair.judgements = [...older.judgements, ...newer.judgements].slice(-JUDGEMENTS_MAX)
  pair.lastMs = Math.max(pair.lastMs, added.lastMs)
  pair.consumed ||= added.consumed
}

const CONSUMED_LONGER_MS = 315_360_000_000 // ten years: what was only looked at is forgotten first
const JUDGEMENTS_MAX = 8 // of one user on one item: hardly anybody changes a mind so often

interface Taking {
  readonly itemId: string
  readonly pair: PairCounts
  readonly taken: EventMeaning | undefined
}

/** What was taken back has not happened to this item, as far as pairs and sequences go; windows count that it did. */
function takeBack({ compiled, meanings }: Dictionary, user: UserState, { itemId, pair, taken }: Taking): void {
  if (taken === undefined || pair.counts[taken.index] === 0) return
  const at = pair.judgements.findLastIndex(({ type }) => type === taken.index)
  const [judgement] = at < 0 ? [] : pair.judgements.splice(at, 1)
  pair.counts[taken.index] -= 1
  if (taken.consumes && pair.consumed) pair.consumed = isStillConsumed(meanings, pair)
  for (const declared of compiled.sequences) {
    const stood = declared.events.includes(taken.type) && (judgement === undefined || isAdmitted(declared, judgement.value))
    if (stood) dropLast(entryOf(user.sequences, declared.name), { itemId, type: taken })
  }
}

/** What an event said whose value is not remembered stays as it was: the item is consumed. */
function isStillConsumed(meanings: Dictionary['meanings'], { counts, judgements }: PairCounts): boolean {
  return [...meanings.values()].some((meaning) => {
    if (!meaning.consumes || counts[meaning.index] === 0) return false
    if (typeof meaning.label !== 'object') return consumesAlways(meaning)
    const known = judgements.filter(({ type }) => type === meaning.index)
    return known.length < counts[meaning.index] || known.some(({ value }) => labelOf(meaning, value) === 1)
  })
}
