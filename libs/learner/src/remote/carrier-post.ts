import { setImmediate } from 'node:timers/promises'
import { openTable, type Table } from '@freshet/embedding'
import { isFreshetError } from '@freshet/kernel'
import { type CutGeometry, layOutCut } from '../shared/cut-geometry'
import type { CutViews } from '../shared/cut-views'
import { TASK, TASK_WORDS } from '../shared/memory'
import { ShardWork } from '../shared/shard-work'
import { TaskBoard } from '../shared/task-board'
import { Hearing, type WorkerBeginning, type WorkerTools } from '../shared/worker'
import { Backoff } from './backoff'
import type { ProbedRunner } from './probed-runner'

const NAP_MS = 100 // between two looks, where nobody calls
const RESTS = { first: 1, max: 64 } // steps: a replica that is always late would cost every one of them the wait for it

/** What shards are carried by. */
interface Carriage {
  readonly work: ShardWork
  readonly runner: ProbedRunner
  readonly afterEach: () => void
}

/** A carrier's place at the board: it claims shards and nothing else, from the last on, since threads of this machine claim from the first. */
export class CarrierPost {
  /** Aborts when it is asked to leave, or to die: at once, whatever it has claimed. */
  readonly asked: AbortSignal
  private readonly board: TaskBoard
  private readonly hearing: Hearing
  private readonly tables: readonly Table[]
  private known?: CutGeometry
  /** Steps that are let pass after an answer that came late. */
  private rests = 0
  private readonly restful = new Backoff(RESTS)

  constructor(
    private readonly beginning: WorkerBeginning,
    private readonly receive: WorkerTools['receive'],
  ) {
    this.board = new TaskBoard(beginning.board)
    this.tables = beginning.tables.map(openTable)
    this.hearing = new Hearing(this.board, this.tables)
    const asked = new AbortController()
    this.asked = asked.signal
    void this.untilAsked().then(() => asked.abort())
  }

  /** Takes over what it was told of memory; true once that is all. */
  hear(): boolean {
    return this.hearing.hear(this.receive)
  }

  /** Has shards computed by a runner until it is asked to leave, or the runner or `afterEach` throws: then what it has claimed is left to the owner. */
  async serve(runner: ProbedRunner, afterEach: () => void): Promise<void> {
    const { model, logicalShards, seed } = this.beginning
    const work = new ShardWork({ model, tables: this.tables, logicalShards, seed }, runner)
    for (let seen = -1; !this.asked.aborted;) {
      const { phase } = this.board
      if (phase === seen) await this.board.phaseAfter(phase, NAP_MS)
      else if (!this.hear()) await setImmediate()
      else {
        seen = phase
        await this.carryShards({ work, runner, afterEach }, phase)
      }
    }
  }

  private async carryShards({ work, runner, afterEach }: Carriage, phase: number): Promise<void> {
    const { views } = this.hearing
    if (!views || !isShard(views, 0)) return
    if (this.rests > 0) {
      this.rests--
      return
    }
    for (let task = this.beginning.logicalShards - 1; task >= 0; task--) {
      if (!isShard(views, task) || !this.board.claimOne(task, this.beginning.worker, phase)) continue
      const isInTime = await this.carry(work, views, { task, phase })
      afterEach()
      if (isInTime) this.restful.reset()
      else {
        if (!runner.hasProbed) this.rests = this.restful.next() // a probe takes both sides' time, and says nothing of the next answer
        return
      }
    }
  }

  /** Whether the result came before somebody else's. */
  private async carry(work: ShardWork, views: CutViews, { task, phase }: { task: number; phase: number }): Promise<boolean> {
    const { worker } = this.beginning
    const nth = views.tasks[task * TASK_WORDS + 1]
    let isInTime = false
    try {
      await work.run({ views, geometry: this.geometry(views), nth, phase }, () => {
        isInTime = this.board.beginWriting(task, worker, phase)
        return isInTime
      })
    } catch (error) {
      if (this.board.phase === phase || isFreshetError(error)) throw error
      return false // it was held up for so long that what it read had changed
    }
    this.board.complete(task, worker, phase)
    return isInTime
  }

  private geometry(views: CutViews): CutGeometry {
    const count = views.get('count')
    const { model, logicalShards } = this.beginning
    if (this.known?.count !== count) this.known = layOutCut(model, count, logicalShards)
    return this.known
  }

  private async untilAsked(): Promise<void> {
    const { worker } = this.beginning
    while (!this.board.isAsked(worker, 'leave') && !this.board.isAsked(worker, 'die')) await this.board.phaseAfter(this.board.phase, NAP_MS)
  }
}

const isShard = (views: CutViews, task: number): boolean => views.tasks[task * TASK_WORDS] === TASK.shard
