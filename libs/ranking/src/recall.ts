import type { UserState } from '@freshet/contracts'
import type { ItemIndex } from './item-index'
import type { Heads } from './item-lists'
import { scan } from './scan'
import { topK } from './top-k'
import { directionWidth } from './towers'

/** What can bring an item into a list. */
export type Source = 'two-tower' | 'popular' | 'trending' | 'recent' | 'similar' | 'new' | 'given' | 'pinned'

/** The items that are worth scoring, and what recalled each first. */
export type Candidates = Map<number, Source>

/** What recall looks at. */
export interface RecallScope {
  readonly index: ItemIndex
  /** 1 where an item may be listed. */
  readonly allowed: Uint8Array
  /** By item: the product of its vector and the user's; undefined where there is no model. */
  readonly logits: Float32Array | undefined
  readonly heads: Heads
  readonly user: UserState | undefined
  /** How many items the list shall have. */
  readonly limit: number
}

/**
 * Gathers candidates from every source, each up to its share.
 *
 * cost    two scans of all vectors: one for the user, one for what the user did last
 */
export function recall(scope: RecallScope): Candidates {
  const { index, allowed, logits, heads, user, limit } = scope
  const candidates: Candidates = new Map()
  const take = (source: Source, places: Iterable<number>, most: number): void => {
    let taken = 0
    for (const at of places) {
      if (taken === most) return
      if (allowed[at] === 0) continue
      taken++
      if (!candidates.has(at)) candidates.set(at, source)
    }
  }
  const recent = recentItems(index, user)
  if (logits !== undefined) {
    const k = Math.max(SHARES.twoTower, limit)
    take('two-tower', topK(logits, { k, allowed, count: index.size }), k)
    const similarities = similaritiesTo(index, recent.slice(0, SESSION_ITEMS))
    if (similarities) take('similar', topK(similarities, { k: SHARES.similar, allowed }), SHARES.similar)
  }
  take('recent', recent, SHARES.recent)
  take('popular', heads.popular, logits === undefined ? Math.max(SHARES.popular, limit) : SHARES.popular)
  take('trending', heads.trending, SHARES.trending)
  take('new', heads.newest, SHARES.newest)
  return candidates
}

/**
 * How alike every item is to some items; undefined where none of these has a vector yet.
 *
 * shape   →  Float32[items]
 * math    cos(v, Σ vᵢ / |vᵢ|)
 */
export function similaritiesTo({ columns, size }: ItemIndex, places: readonly number[]): Float32Array | undefined {
  const { vectors, lengths, widths } = columns
  const direction = new Float32Array(widths.vector)
  for (const at of places) {
    if (lengths[at] === 0) continue
    for (let k = 0; k < directionWidth(widths.vector); k++) direction[k] += vectors[at * widths.vector + k] / lengths[at]
  }
  const length = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0))
  if (length === 0) return undefined
  const similarities = new Float32Array(size)
  scan({ vectors, width: widths.vector, count: size }, direction, similarities)
  for (let at = 0; at < size; at++) similarities[at] = lengths[at] === 0 ? -1 : similarities[at] / (lengths[at] * length)
  return similarities
}

/** How many candidates each source may bring: together at most 480, which is what one core scores in time. */
const SHARES = { twoTower: 240, similar: 60, recent: 60, popular: 60, trending: 30, newest: 30 } as const
const SESSION_ITEMS = 5

/** What this user acted upon, the last first. */
function recentItems(index: ItemIndex, user: UserState | undefined): number[] {
  return Object.entries(user?.items ?? {})
    .sort(([, a], [, b]) => b.lastMs - a.lastMs)
    .map(([itemId]) => index.find(itemId))
    .filter((at) => at !== undefined)
}
