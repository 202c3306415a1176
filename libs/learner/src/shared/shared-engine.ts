import { setImmediate } from 'node:timers/promises'
import type { TrainableModel } from '@freshet/model'
import { extendChain } from '../chain'
import { refuseMisfit } from '../cut-shape'
import { DenseStep } from '../dense-update'
import type { EngineTools, StepBatch, StepEngine, StepOptions, StepOutcome } from '../engine'
import { EngineState, tableOptions } from '../engine-state'
import { PlainShards } from '../plain-shards'
import { Scorer } from '../scorer'
import { Crew } from './crew'
import { CutDesk } from './cut-desk'
import { Hand, type WorkedModel } from './hand'
import { TASK } from './memory'
import { boardMemory, OWNER, TaskBoard } from './task-board'
import type { StartThread } from './thread'

/** What the engine that shares its work needs beside the plain one's tools. */
export interface SharedEngineTools extends EngineTools {
  /** How threads are started, see `threadsOf`. */
  readonly start: StartThread
  /** How long a shard may be late before whoever owns the engine computes it itself; 50 unless given. Without influence on any value. */
  readonly lateMs?: number
  /** Told of a worker that ended though nobody had asked it to leave, and by what; the engine does its work, and goes on. */
  readonly onLost?: (worker: number, failure: Error | undefined) => void
}

/** An engine whose work is shared: bit for bit the plain one, whoever comes, leaves or dies meanwhile. */
export interface SharedEngine extends StepEngine {
  /** The threads: see {@link Crew}. */
  readonly crew: Pick<Crew, 'size' | 'workers' | 'isClosed' | 'scaleTo' | 'kill' | 'invite' | 'dismiss'>
  /** How many shards came late, or from nobody, and were computed again. */
  readonly recomputed: number
}

/** Opens an engine that works alone until its crew is scaled. */
export async function openSharedEngine(model: TrainableModel, tools: SharedEngineTools): Promise<SharedEngine> {
  const { tables, lookups, columns, parameterCount, gradient, losses } = model
  const worked: WorkedModel = { tables, lookups, columns, parameterCount, gradient, losses }
  const state = new EngineState(model, tools, true)
  const memory = boardMemory()
  const board = new TaskBoard(memory)
  const { logicalShards, seed, start, onLost } = tools
  const parts = { model: worked, tables: state.tables, logicalShards, seed }
  const runner = await tools.compile(gradient)
  const hand = new Hand(OWNER, parts, runner)
  const options = tableOptions(model, tools).map(
    ({ rowsExpected: _, memoryBytes: __, expireAfterSteps: ___, ...own }) => ({ ...own, isShared: true }), // pages of the same length
  )
  const crew = new Crew({
    board,
    tables: state.tables,
    start,
    onLost,
    beginning: { model: worked, tables: options, logicalShards, seed, board: memory },
  })
  return new SharingEngine(state, {
    ...{ model, tools, board, crew, hand, desk: new CutDesk(model, { tools, state, crew, board }) },
    shards: new PlainShards(model, runner, seed),
    scorer: new Scorer(model, tools.compile),
    dense: await DenseStep.open(model, tools),
  })
}

interface SharingParts {
  readonly model: TrainableModel
  readonly tools: SharedEngineTools
  readonly board: TaskBoard
  readonly crew: Crew
  readonly hand: Hand
  readonly desk: CutDesk
  /** For probes, which the owner makes alone. */
  readonly shards: PlainShards
  readonly scorer: Scorer
  readonly dense?: DenseStep
}

const LATE_MS = 50

class SharingEngine implements SharedEngine {
  recomputed = 0

  constructor(
    readonly state: EngineState,
    private readonly parts: SharingParts,
  ) {}

  get crew(): Crew {
    return this.parts.crew
  }

  /** Two phases: the shards' gradients, beside which the next cut's ids are looked up; then rows and dense parameters move. */
  async step(batch: StepBatch, { learningRate, rowRate = 1, next }: StepOptions = {}): Promise<StepOutcome> {
    const { state } = this
    const { model, tools, desk, crew, hand } = this.parts
    refuseMisfit(model, batch)
    if (next) refuseMisfit(model, next)
    state.step++
    desk.makeRoom(batch, next)
    if (!desk.isPlanned(batch)) {
      const tasks = desk.layOutPlan(batch, hand.scratch)
      crew.share()
      await this.phase(tasks)
    }
    desk.begin(batch, rowRate)
    crew.share()
    await this.phase(desk.shardTasks(), { meanwhile: () => (next ? desk.layOutPlan(next, hand.scratch) : []) })
    const isApplied = desk.judge()
    if (isApplied) {
      await this.move(learningRate ?? tools.learningRate)
      state.chain = extendChain(state.chain, desk.link())
    } else state.takeBack()
    return { step: state.step, ...desk.losses(), scores: desk.scores(), isApplied }
  }

  score(batch: StepBatch): Promise<Float32Array> {
    return this.parts.scorer.score(batch, this.state)
  }

  probe(batch: StepBatch, from: number, to: number): Promise<boolean> {
    return this.parts.shards.probe(batch, [from, to], this.state)
  }

  async close(): Promise<void> {
    const { crew, hand, scorer, dense } = this.parts
    await crew.close()
    await Promise.all([hand.release(), scorer.release(), dense?.release()])
  }

  /** Rows are learned by whoever has a hand free; the dense parameters by the owner, as soon as their gradient is there. */
  private async move(learningRate: number): Promise<void> {
    const { desk, dense, board } = this.parts
    const tasks = desk.moveTasks()
    const blocks = tasks.filter(([kind]) => kind === TASK.denseBlock).length
    let isDue = blocks > 0
    const between = async (): Promise<void> => {
      for (let block = 0; block < blocks; block++) if (!board.holderOf(block)?.isDone) return
      if (!isDue) return
      isDue = false
      await dense?.move(this.state, desk.denseGradient(), learningRate)
    }
    await this.phase(tasks, { between })
    await between()
  }

  /** Publishes tasks and takes part until all of them are done. */
  private async phase(
    tasks: readonly (readonly number[])[],
    { meanwhile = () => [], between }: { meanwhile?: () => readonly (readonly number[])[]; between?: () => Promise<void> } = {},
  ): Promise<void> {
    const { board, crew, desk } = this.parts
    desk.write(tasks, 0)
    board.publish(tasks.length)
    const { phase } = board
    const more = meanwhile()
    desk.write(more, tasks.length)
    board.append(more.length)
    for (let task = board.claim(OWNER, phase); task >= 0; task = board.claim(OWNER, phase)) {
      await this.do(task, phase)
      await between?.()
    }
    for (let task = board.claimLeft(OWNER); task >= 0; task = board.claimLeft(OWNER)) await this.do(task, phase)
    if (crew.hasGuests) await this.overtake(tasks.length, phase)
    const { lateMs = LATE_MS } = this.parts.tools
    while (!board.waitUntilDone(lateMs)) await this.rescue(phase)
  }

  private async do(task: number, phase: number): Promise<void> {
    const { board, hand, desk } = this.parts
    await hand.run(desk.views, task, phase)
    board.complete(task, OWNER, phase)
  }

  /**
   * Computes the shards that are still with guests, now that nothing else is left to do: whoever is first is taken, since both come to the same bits.
   * So a guest that is slow, or dead, is never waited for.
   */
  private async overtake(tasks: number, phase: number): Promise<void> {
    const { board, crew, hand, desk } = this.parts
    for (let task = 0; task < tasks && desk.isShard(task); task++) {
      const holder = board.holderOf(task)
      if (!holder || holder.isDone || crew.isThread(holder.worker)) continue
      const from = holder.worker
      await hand.shard(desk.views, { task, phase }, () => {
        if (!board.takeOver(task, from, { worker: OWNER, isDead: false })) return false
        this.recomputed++
        return board.beginWriting(task, OWNER, phase)
      })
      board.complete(task, OWNER, phase)
    }
  }

  /** Computes what is late itself: a shard that somebody is slow with, and whatever the dead have left. */
  private async rescue(phase: number): Promise<void> {
    const { board, crew, hand, desk } = this.parts
    await setImmediate() // so that this thread hears of those that have ended
    for (const { task, worker } of board.unfinished()) {
      const isDead = !crew.isAlive(worker)
      if (!isDead && !desk.isShard(task)) continue
      if (!board.takeOver(task, worker, { worker: OWNER, isDead })) continue
      if (isDead) hand.undo(desk.views, task, worker)
      if (desk.isShard(task)) this.recomputed++
      await this.do(task, phase)
    }
  }
}
