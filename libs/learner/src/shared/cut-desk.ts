import type { TrainableModel } from '@freshet/model'
import type { ChainLink } from '../chain'
import type { EngineTools, StepBatch } from '../engine'
import type { EngineState } from '../engine-state'
import type { Crew } from './crew'
import { type CutGeometry, layOutCut, type LookupPlace } from './cut-geometry'
import { CutViews } from './cut-views'
import { allocate, CHUNK, PARTITIONS, sizesOf, TASK, TASK_WORDS } from './memory'
import type { TaskBoard } from './task-board'
import type { PlanScratch, TablePlan } from './table-plan'

/** What a desk belongs to. */
interface DeskParts {
  readonly tools: EngineTools
  readonly state: EngineState
  readonly crew: Crew
  readonly board: TaskBoard
}

/** A task: its kind, then what it is about. */
type Task = readonly number[]

const GEOMETRIES_KEPT = 2 // this cut's and the next one's

/** The owner's side of a cut's memory: what is laid out before threads work on it, and what is read when they have. */
export class CutDesk {
  private current?: CutViews
  private capacity = 0
  private readonly geometries: CutGeometry[] = []
  /** Which of the two plans holds which batch. */
  private planned: { readonly batch: StepBatch; readonly plan: number; readonly moves: number } | undefined
  private plan = 0
  private batch: StepBatch | undefined
  private dense: Float32Array | undefined

  constructor(
    private readonly model: TrainableModel,
    private readonly parts: DeskParts,
  ) {}

  get views(): CutViews {
    if (!this.current) this.renew(1)
    return this.current ?? this.views
  }

  /** Takes memory for these batches, where there is not enough. */
  makeRoom(...batches: readonly (StepBatch | undefined)[]): void {
    const count = Math.max(...batches.map((batch) => batch?.count ?? 0))
    if (count > this.capacity) this.renew(count)
  }

  /** Whether a batch's ids were looked up while the step before ran. */
  isPlanned(batch: StepBatch): boolean {
    return this.planned?.batch === batch && this.planned.moves === this.moves
  }

  /** Lays a batch's ids out in the plan that is free; the tasks make them unique and look them up. */
  layOutPlan(batch: StepBatch, scratch: PlanScratch): Task[] {
    const plan = 1 - this.plan
    const geometry = this.geometryOf(batch.count)
    for (const place of geometry.lookups) copyIds(batch, place, { geometry, plan: this.views.plans[plan][place.table] })
    for (const [t, { occurrences }] of geometry.tables.entries()) this.views.plans[plan][t].layOut(occurrences, scratch)
    for (const place of geometry.lookups) weighBags(place, this.views.plans[plan][place.table], batch.count)
    this.planned = { batch, plan, moves: this.moves }
    return geometry.tables.flatMap((_, t) => Array.from({ length: PARTITIONS }, (__, p) => [TASK.partition, t, p, plan]))
  }

  /** Turns to a batch whose plan is made: gives rows to its new ids, and tells workers what they need. */
  begin(batch: StepBatch, rowRate: number): void {
    const { state } = this.parts
    const { views } = this
    this.plan = this.planned?.plan ?? this.plan
    this.batch = batch
    const geometry = this.geometryOf(batch.count)
    for (const [t, table] of state.tables.entries()) {
      const plan = views.plans[this.plan][t]
      plan.meet(table, state.step)
      plan.bear(geometry.tables[t].occurrences, table)
      plan.touch(table)
    }
    state.expire()
    for (const [c, { input, isDrawn }] of this.model.columns.entries()) if (!isDrawn) views.columns[c].set(batch.columns[input])
    if (this.dense !== state.dense) views.dense.set(state.dense)
    this.dense = state.dense
    views.set('count', batch.count)
    views.set('step', state.step)
    views.set('plan', this.plan)
    views.set('rowRate', rowRate)
  }

  shardTasks(): Task[] {
    return this.geometry.shards.map((_, nth) => [TASK.shard, nth])
  }

  /** The tasks by which a cut's gradients are followed: blocks of the dense one, then rows. */
  moveTasks(): Task[] {
    const { views } = this
    const tasks: Task[] = Array.from({ length: views.sizes.denseBlocks }, (_, block) => [TASK.denseBlock, block])
    for (const [t, { distinct }] of views.plans[this.plan].entries()) {
      for (let p = 0; p < PARTITIONS; p++) for (let first = 0; first < distinct[p]; first += CHUNK) tasks.push([TASK.rows, t, p, first])
    }
    return tasks
  }

  /** Writes tasks down before they are published. */
  write(tasks: readonly Task[], from: number): void {
    for (const [i, task] of tasks.entries()) this.views.tasks.set(task, (from + i) * TASK_WORDS)
  }

  isShard(task: number): boolean {
    return this.views.tasks[task * TASK_WORDS] === TASK.shard
  }

  /** Whether all gradients can be followed. */
  judge(): boolean {
    const { views } = this
    return this.geometry.shards.every((_, nth) => views.results[nth * views.sizes.resultWords + 1] === 1)
  }

  /** A copy, of the cut's reduced dense gradient. */
  denseGradient(): Float32Array {
    return new Float32Array(this.views.reduced)
  }

  /** What the chain sees of the cut. */
  link(): ChainLink {
    const { views } = this
    const shards = this.geometry.shards.map((_, nth) => {
      const at = nth * views.sizes.resultWords
      const checksums = [...views.results.subarray(at + 2 + this.model.losses.length, at + views.sizes.resultWords)]
      return { loss: views.losses[at], checksums }
    })
    return { step: this.parts.state.step, count: this.geometry.count, shards, blocks: [...views.blockChecksums] }
  }

  /** The loss and its parts, summed over the shards in their order. */
  losses(): { readonly loss: number; readonly losses: Readonly<Record<string, number>> } {
    const { losses, sizes } = this.views
    const total = (word: number): number => this.geometry.shards.reduce((sum, _, nth) => sum + losses[nth * sizes.resultWords + word], 0)
    return { loss: total(0), losses: Object.fromEntries(this.model.losses.map((name, i) => [name, total(2 + i)])) }
  }

  /** shape  → Float32[count, n] */
  scores(): Float32Array {
    return this.views.scores.slice(0, this.geometry.count * this.views.sizes.scoreWidth)
  }

  /** How often rows have changed their places otherwise than by steps. */
  private get moves(): number {
    const { restorations, deletions } = this.parts.state
    return restorations + deletions
  }

  private get geometry(): CutGeometry {
    return this.geometryOf(this.batch?.count ?? 1)
  }

  private geometryOf(count: number): CutGeometry {
    const found = this.geometries.find((known) => known.count === count)
    if (found) return found
    const geometry = layOutCut(this.model, count, this.parts.tools.logicalShards)
    this.geometries.unshift(geometry)
    this.geometries.splice(GEOMETRIES_KEPT)
    return geometry
  }

  private renew(count: number): void {
    const { tools, state, crew, board } = this.parts
    const geometry = this.geometryOf(count)
    const strides = state.tables.map(({ layout }) => layout.stride)
    const sizes = sizesOf(this.model, strides)
    const memory = allocate({ model: this.model, logicalShards: tools.logicalShards }, geometry, sizes)
    this.current = new CutViews(board, memory, sizes)
    this.capacity = count
    this.planned = undefined
    this.dense = undefined
    crew.renew(memory, sizes)
  }
}

/** A lookup's ids into its table's plan; those of a shared one once for each shard. */
function copyIds(
  batch: StepBatch,
  { lookup, firstOccurrence }: LookupPlace,
  { geometry, plan }: { geometry: CutGeometry; plan: TablePlan },
): void {
  const ids = batch.ids[lookup.input]
  const times = lookup.isShared ? geometry.shards.length : 1
  for (let i = 0; i < times; i++) plan.pairs.set(ids, 2 * firstOccurrence + i * ids.length)
}

/** What each row counts for in its bag: 1 where it stands alone. */
function weighBags({ lookup, firstOccurrence, firstBag, bags }: LookupPlace, { pairs, weights }: TablePlan, count: number): void {
  if (!lookup.bags) {
    weights.fill(1, firstBag)
    return
  }
  let at = firstOccurrence
  for (let example = 0; example < count; example++) {
    for (let bag = 0; bag < bags; bag++) {
      let filled = 0
      for (const end = at + lookup.bags[bag]; at < end; at++) if ((pairs[2 * at] | pairs[2 * at + 1]) !== 0) filled++
      weights[firstBag + example * bags + bag] = filled === 0 ? 0 : 1 / filled
    }
  }
}
