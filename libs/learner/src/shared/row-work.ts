import { ABSENT as NOWHERE, type Table } from '@freshet/embedding'
import type { CutGeometry } from './cut-geometry'
import type { CutViews } from './cut-views'
import { CHUNK } from './memory'
import type { TablePlan } from './table-plan'

/** Some distinct rows of a table, and who learns them. */
export interface ChunkScope {
  readonly views: CutViews
  readonly geometry: CutGeometry
  readonly table: Table
  /** Which table. */
  readonly t: number
  readonly partition: number
  /** The chunk's first distinct id. */
  readonly first: number
}

const ABSENT: number = NOWHERE // a constant of this file: an import is looked up each time
const FREQUENCY_MAX = 0xffffffff

/**
 * Learns a chunk of rows: each one's gradient is summed over its occurrences, in their order, and followed at once; its counters are counted.
 *
 * math    g = Σ ∂L/∂bag · weight of the bag, each sum rounded to Float32
 */
export function learnChunk(scope: ChunkScope): void {
  const { views, geometry, table, t, partition, first } = scope
  const plan = views.plans[views.get('plan')][t]
  const { floats, words, rowShift, rowMask, layout } = table.records
  const { stride, frequency, lastSeen } = layout
  const step = views.get('step')
  const sum = new RowSum(views.gradients, geometry.tables[t], { plan, out: table.learner.gradient })
  table.learner.turnTo(views.get('rowRate'))
  const begin = plan.begins[partition]
  const end = Math.min(first + CHUNK, plan.distinct[partition])
  for (let d = first; d < end; d++) {
    const row = plan.rows[begin + d]
    if (row === ABSENT) continue
    const page = words[row >>> rowShift]
    const at = (row & rowMask) * stride
    sum.over(plan.lists[begin + partition + d], plan.lists[begin + partition + d + 1])
    table.learner.learn(floats[row >>> rowShift], page, at)
    if (page[at + frequency] !== FREQUENCY_MAX) page[at + frequency]++
    page[at + lastSeen] = step
  }
}

/** Meets a chunk's records, so that their cache misses are under way at once. */
export function approachChunk({ views, table, t, partition, first }: ChunkScope): void {
  const plan = views.plans[views.get('plan')][t]
  const begin = plan.begins[partition]
  table.records.approach(plan.rows, begin + first, begin + Math.min(first + CHUNK, plan.distinct[partition]))
}

/** Copies a chunk's records aside, as they are before they are learned. */
export function keepChunk({ views, table, t, partition, first }: ChunkScope, at: number): void {
  const plan = views.plans[views.get('plan')][t]
  const { words, rowShift, rowMask, layout } = table.records
  const { stride } = layout
  const { undo } = views
  const begin = plan.begins[partition]
  const end = begin + Math.min(first + CHUNK, plan.distinct[partition])
  let to = at
  for (let place = begin + first; place < end; place++) {
    const row = plan.rows[place]
    if (row === ABSENT) continue
    const page = words[row >>> rowShift]
    const from = (row & rowMask) * stride
    for (let k = 0; k < stride; k++) undo[to + k] = page[from + k]
    to += stride
  }
}

/** Puts a chunk's records back as {@link keepChunk} found them. */
export function restoreChunk({ views, table, t, partition, first }: ChunkScope, at: number): void {
  const plan = views.plans[views.get('plan')][t]
  const { words, rowShift, rowMask, layout } = table.records
  const begin = plan.begins[partition]
  const end = begin + Math.min(first + CHUNK, plan.distinct[partition])
  let from = at
  for (let place = begin + first; place < end; place++) {
    const row = plan.rows[place]
    if (row === ABSENT) continue
    words[row >>> rowShift].set(views.undo.subarray(from, from + layout.stride), (row & rowMask) * layout.stride)
    from += layout.stride
  }
}

/** Sums the gradients of a row's occurrences. */
class RowSum {
  constructor(
    private readonly gradients: Float32Array,
    private readonly places: CutGeometry['tables'][number],
    private readonly to: { readonly plan: TablePlan; readonly out: Float32Array },
  ) {}

  /** shape  out Float32[width] = the sum over the occurrences that are listed from `from` to `end` */
  over(from: number, end: number): void {
    const { gradients } = this
    const { gradientStart, bagOf } = this.places
    const { out } = this.to
    const { occurrences, weights } = this.to.plan
    const width = out.length
    for (let j = from; j < end; j++) {
      const bag = bagOf ? bagOf[occurrences[j]] : occurrences[j]
      const weight = bagOf ? weights[bag] : 1
      const at = gradientStart + bag * width
      if (j === from) for (let k = 0; k < width; k++) out[k] = 0 + gradients[at + k] * weight
      else for (let k = 0; k < width; k++) out[k] += gradients[at + k] * weight
    }
  }
}
