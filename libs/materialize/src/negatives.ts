import { mix64, randomBelow } from '@freshet/kernel'
import type { KnownItems } from './known-items'

/** Where a draw belongs: equal coordinates and an equal catalogue draw equal items. */
export interface DrawScope {
  readonly seed: number
  readonly partition: number
  readonly offset: number
}

/** Candidates for `count` negatives, more than needed, so that some may turn out to be unfit. Empty where no item is known. */
export function drawCandidates(known: KnownItems, count: number, { seed, partition, offset }: DrawScope): readonly string[] {
  if (known.size === 0) return []
  const key = mix64(seed, partition)
  const counterHi = Math.floor(offset / TWO_TO_32) * DRAWS_MAX
  return Array.from({ length: count * SPARE }, (_, j) => known.at(randomBelow(known.size, key, offset >>> 0, counterHi + j)))
}

/** The first `count` candidates that are fit, each once; fewer where there are no more. */
export function chooseNegatives(candidates: readonly string[], count: number, isFit: (itemId: string) => boolean): readonly string[] {
  const chosen: string[] = []
  for (const id of candidates) {
    if (chosen.length < count && !chosen.includes(id) && isFit(id)) chosen.push(id)
  }
  return chosen
}

const TWO_TO_32 = 4294967296
const SPARE = 2
const DRAWS_MAX = 64 // 32 negatives at most, and their spare
