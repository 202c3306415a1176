import { ABSENT as NOWHERE, type Table } from '@freshet/embedding'
import type { LookupPlace } from './cut-geometry'
import type { TablePlan } from './table-plan'

const ABSENT: number = NOWHERE // a constant of this file: an import is looked up each time
const AHEAD = 128 // rows whose cache misses are under way before they are copied

/** Where rows come from and go to. */
export interface Gather {
  readonly plan: TablePlan
  readonly table: Table
  /** shape  Float32[occurrences or bags, width] */
  readonly out: Float32Array
}

/** A row for each occurrence from `first` on. */
export function gatherRows(gather: Gather, first: number): void {
  const { plan, table, out } = gather
  const end = first + out.length / table.layout.width
  for (let from = first; from < end; from += AHEAD) {
    const to = Math.min(from + AHEAD, end)
    table.records.approach(plan.rowOf, from, to)
    copyRows(gather, { from, to, first })
  }
}

function copyRows({ plan, table, out }: Gather, { from, to: end, first }: { from: number; to: number; first: number }): void {
  const { floats, rowShift, rowMask } = table.records
  const { width, stride } = table.layout
  const { rowOf, pairs } = plan
  const fours = width & ~3
  let to = (from - first) * width
  for (let i = from; i < end; i++, to += width) {
    const row = rowOf[i]
    if (row === ABSENT) {
      table.readUnborn(pairs[2 * i], pairs[2 * i + 1], out.subarray(to, to + width))
      continue
    }
    const page = floats[row >>> rowShift]
    const at = (row & rowMask) * stride
    // four at a time, as the compiler does not: a twentieth of the time
    for (let k = 0; k < fours; k += 4) {
      out[to + k] = page[at + k]
      out[to + k + 1] = page[at + k + 1]
      out[to + k + 2] = page[at + k + 2]
      out[to + k + 3] = page[at + k + 3]
    }
    for (let k = fours; k < width; k++) out[to + k] = page[at + k]
  }
}

/** The mean of each bag's rows; zeros where it has none. */
export function gatherBags(
  gather: Gather,
  { lookup, width, firstOccurrence, firstBag, bags }: LookupPlace,
  units: { from: number; to: number; bagOf: Int32Array },
): void {
  const { plan, table, out } = gather
  const { floats, rowShift, rowMask, layout } = table.records
  const { rowOf, pairs, weights } = plan
  const { bagOf } = units
  const base = firstBag + units.from * bags
  const unborn = new Float32Array(width)
  const [first, end] = [firstOccurrence + units.from * lookup.slots, firstOccurrence + units.to * lookup.slots]
  let begun = -1
  out.fill(0)
  for (let i = first; i < end; i++) {
    if (((i - first) & (AHEAD - 1)) === 0) table.records.approach(rowOf, i, Math.min(i + AHEAD, end))
    const row = rowOf[i]
    if (row === ABSENT && (pairs[2 * i] | pairs[2 * i + 1]) === 0) continue
    let page: Float32Array = unborn
    let at = 0
    if (row === ABSENT) table.readUnborn(pairs[2 * i], pairs[2 * i + 1], unborn)
    else {
      page = floats[row >>> rowShift]
      at = (row & rowMask) * layout.stride
    }
    const to = (bagOf[i] - base) * width
    if (begun === bagOf[i]) for (let k = 0; k < width; k++) out[to + k] += page[at + k]
    else for (let k = 0; k < width; k++) out[to + k] = page[at + k]
    begun = bagOf[i]
  }
  for (let b = 0; b * width < out.length; b++) {
    const weight = weights[base + b]
    if (weight < 1) for (let k = 0; k < width; k++) out[b * width + k] *= weight
  }
}
