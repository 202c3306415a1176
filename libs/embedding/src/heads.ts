import { ABSENT, EMPTY } from './absent'
import type { InitialValues } from './initial-values'
import type { RecordPages } from './record-pages'
import type { RowIndex } from './row-index'
import { unique, type Unique } from './unique'

/** Occurrences of ids, and the sums that they belong to. */
export interface Bags {
  /** Pairs (lo, hi). */
  readonly pairs: Uint32Array
  readonly weights: Float32Array
  /** By occurrence: the number of its sum. */
  readonly bags: Uint32Array
  readonly count: number
}

/** Where vectors are read. */
export interface HeadSources {
  readonly index: RowIndex
  readonly pages: RecordPages
  readonly initial: InitialValues
}

/** See Table.addHeads. */
export function addHeads(
  sources: HeadSources,
  { pairs, weights, bags, count }: Bags,
  { width, out }: { width: number; out: Float32Array },
): void {
  const distinct = unique(pairs, count)
  const heads = headsOf(sources, distinct, width)
  for (let i = 0; i < count; i++) {
    if (distinct.index[i] === EMPTY) continue
    const from = distinct.index[i] * width
    const to = bags[i] * width
    const weight = weights[i]
    for (let k = 0; k < width; k++) out[to + k] += weight * heads[from + k]
  }
}

/** shape  →  Float32[ids.count, width] */
function headsOf({ index, pages, initial }: HeadSources, { ids, count }: Unique, width: number): Float32Array {
  const rows = index.findAll(ids, count)
  const { floats, rowShift, rowMask, layout } = pages
  const heads = new Float32Array(count * width)
  for (let i = 0; i < count; i++) {
    const row = rows[i]
    if (row === ABSENT) {
      initial.of(ids[2 * i], ids[2 * i + 1]).into(heads, i * width, width)
      continue
    }
    const page = floats[row >>> rowShift]
    const at = (row & rowMask) * layout.stride
    for (let k = 0; k < width; k++) heads[i * width + k] = page[at + k]
  }
  return heads
}
