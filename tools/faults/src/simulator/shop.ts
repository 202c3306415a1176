import { type AttributeValue, type CatalogRecord, Event, type EventRecord, type Forget, type Link } from '@freshet/contracts'
import { type Dictionary, meaningOf } from '@freshet/features'
import type { Draws } from './draws'
import { EPOCH_MS } from './host'
import { drawImpression } from './served-lists'

/** How many partitions a simulated house has: enough for touches to cross, few enough to be met twice. */
export const PARTITIONS = 2

const USERS = ['ann', 'ben', 'cas', 'dan']
const SESSIONS = ['web', 'app', 'tv']
const ITEMS = ['i0', 'i1', 'i2', 'i3', 'i4', 'late0', 'late1']

/** What the catalogue says from the beginning. */
export const catalogue: readonly Described[] = ITEMS.slice(0, 5).map((itemId, i) => described(itemId, { genre: `g${i % 2}` }))

/** What it says later, of items that events have been about: what those leave behind depends on who was faster, so these have an attribute of their own. */
export const lateCatalogue: readonly Described[] = ITEMS.slice(5).map((itemId, i) => described(itemId, { style: `s${i}` }))

/** A record of the catalogue and its key. */
interface Described {
  readonly key: string
  readonly record: CatalogRecord
}

function described(itemId: string, texts: Readonly<Record<string, string>>): Described {
  const named = Object.entries(texts).map(([name, text]): [string, AttributeValue] => [name, { kind: { $case: 'text', text } }])
  const item = { itemId, attributes: Object.fromEntries(named), unavailable: false, createdMs: EPOCH_MS }
  return { key: itemId, record: { record: { $case: 'item', item }, timeMs: EPOCH_MS } }
}

/** What an event is drawn for. */
export interface EventScope {
  readonly nowMs: number
  readonly eventId: string
  /** The one that the front door knows. */
  readonly by: Dictionary
}

/** An event that somebody does now, give or take; `request` numbers the lists that were shown. */
export function drawEvent(draws: Draws, { nowMs, eventId, by }: EventScope): Event {
  const timeMs = Math.max(0, nowMs - draws.below(80))
  const facts = { eventId, ...drawActor(draws), timeMs, requestId: `r${draws.below(6)}` }
  const kind = draws.below(10)
  if (kind < 3) return Event.fromPartial({ ...facts, type: 'impression', impression: drawImpression(draws, drawShown(draws)) })
  const itemId = draws.pick(ITEMS)
  if (kind < 6) return Event.fromPartial({ ...facts, type: 'click', itemId })
  const alone = { ...facts, itemId, requestId: '' }
  if (kind < 7) return Event.fromPartial({ ...alone, type: 'purchase' })
  if (kind < 8) return Event.fromPartial({ ...alone, type: draws.chance(0.6) ? 'purchase' : 'return' })
  if (kind < 9) return Event.fromPartial({ ...alone, type: 'rating', value: 1 + draws.below(5) })
  return Event.fromPartial({ ...alone, type: meaningOf(by, 'share') ? 'share' : 'look' })
}

/** What changes a whole history: somebody is forgotten, or a session turns out to be a user. */
export type Change = { readonly kind: 'forget'; readonly forget: Forget } | { readonly kind: 'link'; readonly link: Link }

/** A change that somebody asks for. */
export function drawChange(draws: Draws): Change {
  if (draws.chance(0.4)) return { kind: 'forget', forget: drawActor(draws) }
  return { kind: 'link', link: { sessionId: draws.pick(SESSIONS), userId: draws.pick(USERS) } }
}

/** A user, or now and then a session of somebody. */
const drawActor = (draws: Draws): Forget =>
  draws.chance(0.25) ? { userId: '', sessionId: draws.pick(SESSIONS) } : { userId: draws.pick(USERS), sessionId: '' }

/** A tick as the front door writes it. */
export const tickAt = (timeMs: number): EventRecord => ({
  record: { $case: 'tick', tick: { timeMs, replay: false, closesReplay: false } },
  sequence: 0,
  acceptedMs: timeMs,
})

const drawShown = (draws: Draws): string[] => [...new Set([draws.pick(ITEMS), draws.pick(ITEMS)])]
