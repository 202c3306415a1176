import { mix64 } from '@freshet/kernel'
import { EMPTY } from './absent'

/** The distinct ids among occurrences. */
export interface Unique {
  readonly count: number
  /** Pairs (lo, hi) of the distinct ids, in order of their first occurrence. */
  readonly ids: Uint32Array
  /** By occurrence: which of them it is; EMPTY for the pair (0, 0). */
  readonly index: Uint32Array
}

/**
 * Makes the ids of a batch unique, so that a table is probed once for each.
 *
 * shape   ids Uint32[2n] as pairs (lo, hi)  →  ids Uint32[2·count], index Uint32[n]
 * cost    one probe of a small table for each occurrence
 */
export function unique(ids: Uint32Array, n: number): Unique {
  const mask = clearedSlots(2 * n)
  const distinct = new Uint32Array(2 * n)
  const index = new Uint32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) {
    const lo = ids[2 * i]
    const hi = ids[2 * i + 1]
    if ((lo | hi) === 0) {
      index[i] = EMPTY
      continue
    }
    let slot = mix64(lo, hi) & mask
    let after = slots[slot]
    while (after !== 0 && (distinct[2 * after - 2] !== lo || distinct[2 * after - 1] !== hi)) {
      slot = (slot + 1) & mask
      after = slots[slot]
    }
    if (after === 0) {
      distinct[2 * count] = lo
      distinct[2 * count + 1] = hi
      after = ++count
      slots[slot] = after
    }
    index[i] = after - 1
  }
  return { count, ids: distinct.subarray(0, 2 * count), index }
}

/** Positions + 1 among the distinct ids: scratch that lives between calls, so that a step allocates only what it returns. */
let slots = new Uint32Array(0)

function clearedSlots(capacity: number): number {
  const length = 1 << (32 - Math.clz32(Math.max(capacity, 2) - 1))
  if (slots.length < length) slots = new Uint32Array(length)
  else slots.fill(0, 0, length)
  return length - 1
}
