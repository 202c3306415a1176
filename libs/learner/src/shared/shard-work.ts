import { type Feed, type GraphRunner, inputName } from '@freshet/tensor'
import { pieceChecksum } from '../chain'
import { drawColumn } from '../columns'
import { isUsable32 } from '../usable'
import type { CutGeometry, LookupPlace } from './cut-geometry'
import type { CutViews } from './cut-views'
import { gatherBags, gatherRows } from './gather'
import type { HandParts } from './hand'

/** What a shard of a cut is computed from. */
export interface ShardScope {
  readonly views: CutViews
  readonly geometry: CutGeometry
  /** Which shard of the cut, counted without empty ones. */
  readonly nth: number
  /** The phase that it was claimed in. */
  readonly phase: number
}

/**
 * Computes logical shards: gathers their rows from the tables into plain memory, which the runtime insists on, runs the gradient graph, and puts what
 * it says where all can read it, unless it comes so late that somebody else has done so.
 */
export class ShardWork {
  private readonly inputs: ReadonlySet<string>
  private readonly rows = new Map<string, Float32Array>()
  private dense = new Float32Array(0)
  /** What the last run gave: copied to where all can read it before the next one. */
  private spent?: Record<string, Float32Array>
  private densePhase = -1

  constructor(
    private readonly parts: HandParts,
    private readonly runner: GraphRunner,
  ) {
    this.inputs = new Set(parts.model.gradient.inputs.map(inputName))
  }

  /** Runs a shard; what it says is written when, and if, `mayWrite` agrees. */
  async run(scope: ShardScope, mayWrite: () => boolean): Promise<void> {
    const outputs = await this.runner.run(this.feedsOf(scope), this.spent)
    this.spent = outputs
    const isUsable = Object.values(outputs).every(isUsable32)
    const checksums = scope.geometry.lookups.map(({ lookup }) => pieceChecksum(outputs[lookup.gradient]))
    if (!mayWrite()) return
    const { views, geometry, nth } = scope
    const { resultWords, scoreWidth } = views.sizes
    const { losses } = this.parts.model
    const at = nth * resultWords
    views.losses[at] = outputs.loss[0]
    views.results[at + 1] = isUsable ? 1 : 0
    for (const [i, name] of losses.entries()) views.losses[at + 2 + i] = outputs[name][0]
    views.results.set(checksums, at + 2 + losses.length)
    for (const place of geometry.lookups) {
      const bag = place.firstBag + unitsOf(scope, place)[0] * place.bags
      views.gradients.set(outputs[place.lookup.gradient], geometry.tables[place.table].gradientStart + bag * place.width)
    }
    views.scores.set(outputs.scores, geometry.shards[nth].from * scoreWidth)
    const { parameterCount } = this.parts.model
    if (parameterCount > 0) views.denseGradients.set(outputs.denseGradient, nth * parameterCount)
  }

  release(): Promise<void> {
    return this.runner.release()
  }

  private feedsOf(scope: ShardScope): Record<string, Feed> {
    const { geometry } = scope
    const { model } = this.parts
    const feeds: Record<string, Feed> = {}
    if (this.inputs.has('dense')) feeds.dense = { data: this.denseOf(scope), shape: [model.parameterCount] }
    for (const place of geometry.lookups) if (this.inputs.has(place.lookup.input)) feeds[place.lookup.input] = this.rowsOf(scope, place)
    for (const c of model.columns.keys())
      if (this.inputs.has(model.columns[c].input)) feeds[model.columns[c].input] = this.columnOf(scope, c)
    return feeds
  }

  /** The dense parameters: one copy for all shards of a phase, which is what the copy belongs to; who comes late may read the step after it. */
  private denseOf({ views, phase }: ShardScope): Float32Array {
    if (this.densePhase !== phase) this.dense = views.dense.slice()
    this.densePhase = phase
    return this.dense
  }

  private columnOf({ views, geometry: { shards }, nth }: ShardScope, c: number): Feed {
    const column = this.parts.model.columns[c]
    const { width, isShared } = column
    const { from, to } = isShared ? { from: 0, to: 1 } : shards[nth]
    const data = new Float32Array((to - from) * width)
    if (column.isDrawn) drawColumn(column, { seed: this.parts.seed, step: views.get('step') }, { out: data, from })
    else data.set(views.columns[c].subarray(from * width, to * width))
    return { data, shape: [to - from, width] }
  }

  private rowsOf(scope: ShardScope, place: LookupPlace): Feed {
    const { lookup, width, bags } = place
    const [from, to] = unitsOf(scope, place)
    const floats = (to - from) * bags * width
    let buffer = this.rows.get(lookup.input)
    if (!buffer || buffer.length < floats) this.rows.set(lookup.input, (buffer = new Float32Array(floats)))
    const data = buffer.subarray(0, floats)
    const table = this.parts.tables[place.table]
    const gather = { plan: scope.views.plans[scope.views.get('plan')][place.table], table, out: data }
    const { bagOf } = scope.geometry.tables[place.table]
    if (lookup.bags && bagOf) gatherBags(gather, place, { from, to, bagOf })
    else gatherRows(gather, place.firstOccurrence + from * lookup.slots)
    return { data, shape: lookup.isShared ? [lookup.slots, width] : [to - from, bags, width] }
  }
}

/** Examples of a shard; of a shared lookup, the shard's own copy of its ids. */
function unitsOf({ geometry, nth }: ShardScope, { lookup }: LookupPlace): [from: number, to: number] {
  return lookup.isShared ? [nth, nth + 1] : [geometry.shards[nth].from, geometry.shards[nth].to]
}
