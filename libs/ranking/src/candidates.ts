import { recall, type Candidates, type RecallScope } from './recall'
import type { Rules } from './rules'
import { topK } from './top-k'

/**
 * The items worth scoring that a request's rules leave, with its pins.
 *
 * Rules run over what was recalled; where they leave too little, over the best of all items, in order, until there is enough.
 */
export function findCandidates(scope: RecallScope, rules: Rules): Candidates {
  const { index, limit } = scope
  const candidates = recall(scope)
  if (rules.filters) {
    for (const at of candidates.keys()) if (!rules.keeps(index.facts(at))) candidates.delete(at)
    if (candidates.size < limit * ENOUGH) widen(candidates, scope, rules)
  }
  for (const itemId of rules.pins) {
    const at = index.find(itemId)
    if (at !== undefined && index.columns.available[at] === 1 && rules.keeps(index.facts(at))) candidates.set(at, 'pinned')
  }
  return candidates
}

const ENOUGH = 4 // times as many candidates as are listed: less would leave nothing to arrange
const LOOKS_MAX = 20_000 // some milliseconds of the event loop

function widen(candidates: Candidates, { index, limit, logits, allowed }: RecallScope, rules: Rules): void {
  const order = topK(logits ?? index.columns.popular, { k: Math.min(index.size, LOOKS_MAX), allowed, count: index.size })
  for (const at of order) {
    if (candidates.size >= limit * ENOUGH) return
    if (!candidates.has(at) && rules.keeps(index.facts(at))) candidates.set(at, logits ? 'two-tower' : 'popular')
  }
}
