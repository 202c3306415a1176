import type { Table } from '@freshet/embedding'
import type { TrainableModel } from '@freshet/model'
import type { GraphRunner } from '@freshet/tensor'
import { DENSE_BLOCK, pieceChecksum } from '../chain'
import { type CutGeometry, layOutCut } from './cut-geometry'
import type { CutViews } from './cut-views'
import { TASK, TASK_WORDS } from './memory'
import { approachChunk, type ChunkScope, keepChunk, learnChunk, restoreChunk } from './row-work'
import { ShardWork } from './shard-work'
import { PlanScratch } from './table-plan'
import { OWNER } from './task-board'

/** What threads know of a model: all of it can be posted. */
export type WorkedModel = Pick<TrainableModel, 'tables' | 'lookups' | 'columns' | 'parameterCount' | 'gradient' | 'losses'>

/** What a worker's hand works with. */
export interface HandParts {
  readonly model: WorkedModel
  readonly tables: readonly Table[]
  readonly logicalShards: number
  readonly seed: number
}

/** Does tasks, in whichever thread: the owner's or a worker's. */
export class Hand {
  readonly scratch = new PlanScratch()
  private readonly shards: ShardWork
  private known?: CutGeometry

  constructor(
    readonly worker: number,
    private readonly parts: HandParts,
    runner: GraphRunner,
  ) {
    this.shards = new ShardWork(parts, runner)
  }

  /** Does a task that this worker has claimed in a phase. */
  run(views: CutViews, task: number, phase: number): Promise<void> | undefined {
    const at = task * TASK_WORDS
    const [kind, a, b, c] = [views.tasks[at], views.tasks[at + 1], views.tasks[at + 2], views.tasks[at + 3]]
    if (kind === TASK.shard) return this.shard(views, { task, phase }, () => views.board.beginWriting(task, this.worker, phase))
    if (kind === TASK.partition) views.plans[c][a].prepare(b, this.parts.tables[a], this.scratch)
    else if (kind === TASK.denseBlock) this.reduceBlock(views, a)
    else this.learnChunk(views, task, { t: a, partition: b, first: c })
    return undefined
  }

  /** Computes a shard, whoever has claimed it; what it comes to is written when, and if, `mayWrite` agrees. */
  shard(views: CutViews, { task, phase }: { task: number; phase: number }, mayWrite: () => boolean): Promise<void> {
    return this.shards.run({ views, geometry: this.geometry(views), nth: views.tasks[task * TASK_WORDS + 1], phase }, mayWrite)
  }

  /** Puts back what a worker had begun to change when it died, where it had begun. */
  undo(views: CutViews, task: number, worker: number): void {
    const [kind, t, partition, first] = views.tasks.subarray(task * TASK_WORDS, (task + 1) * TASK_WORDS)
    const at = worker * views.sizes.undoWords
    if (kind !== TASK.rows || views.undo[at] !== markOf(views, task)) return
    restoreChunk({ ...this.chunk(views, { t, partition, first }) }, at + 1)
  }

  release(): Promise<void> {
    return this.shards.release()
  }

  /** How a cut of the step's size lies in memory. */
  geometry(views: CutViews): CutGeometry {
    const count = views.get('count')
    if (this.known?.count !== count) this.known = layOutCut(this.parts.model, count, this.parts.logicalShards)
    return this.known
  }

  /**
   * Records are put aside first, and the word that says so is written last: from then on a death can be undone. The owner need not: with it, all of
   * its memory dies.
   */
  private learnChunk(views: CutViews, task: number, chunk: Pick<ChunkScope, 't' | 'partition' | 'first'>): void {
    const scope = this.chunk(views, chunk)
    approachChunk(scope)
    if (this.worker !== OWNER) {
      const at = this.worker * views.sizes.undoWords
      keepChunk(scope, at + 1)
      Atomics.store(views.undo, at, markOf(views, task))
    }
    learnChunk(scope)
  }

  private chunk(views: CutViews, chunk: Pick<ChunkScope, 't' | 'partition' | 'first'>): ChunkScope {
    return { ...chunk, views, geometry: this.geometry(views), table: this.parts.tables[chunk.t] }
  }

  /** math  Σ over the shards in order, each addition rounded to Float32 */
  private reduceBlock(views: CutViews, block: number): void {
    const { reduced, denseGradients, blockChecksums } = views
    const { parameterCount } = this.parts.model
    const from = block * DENSE_BLOCK
    const to = Math.min(from + DENSE_BLOCK, parameterCount)
    const shards = this.geometry(views).shards.length
    reduced.set(denseGradients.subarray(from, to), from)
    for (let nth = 1; nth < shards; nth++) {
      const at = nth * parameterCount
      for (let i = from; i < to; i++) reduced[i] += denseGradients[at + i]
    }
    blockChecksums[block] = pieceChecksum(reduced.subarray(from, to))
  }
}

/** Tells a task of one phase from all others near it; never 0. */
const markOf = ({ board }: CutViews, task: number): number => (Math.imul(board.phase, 65_536) + task + 1) >>> 0
