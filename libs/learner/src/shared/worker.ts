import { openTable, type Table, type TableMemory, type TableOptions } from '@freshet/embedding'
import type { CompileGraph } from '@freshet/tensor'
import { CutViews } from './cut-views'
import { Hand, type WorkedModel } from './hand'
import type { CutMemory, MemorySizes } from './memory'
import { TaskBoard } from './task-board'

/** A buffer of a table that a worker has not seen. */
export interface TableBuffer {
  readonly t: number
  readonly part: keyof TableMemory
  readonly i: number
  readonly buffer: ArrayBufferLike
}

/** What a worker hears of between tasks. */
export interface WorkerNews {
  readonly version: number
  readonly buffers: readonly TableBuffer[]
  readonly memory?: { readonly cut: CutMemory; readonly sizes: MemorySizes }
}

/** What a worker begins with; all of it can be posted. */
export interface WorkerBeginning {
  /** Its number, from 1 on: the owner is 0. */
  readonly worker: number
  readonly model: WorkedModel
  readonly tables: readonly TableOptions[]
  readonly logicalShards: number
  readonly seed: number
  readonly board: SharedArrayBuffer
}

/** How a worker is reached and computes. */
export interface WorkerTools {
  readonly compile: CompileGraph
  /** What was posted and not yet received; undefined where there is nothing. Does not wait. */
  receive(): WorkerNews | undefined
}

const NAP_MS = 1000 // between two looks, where nobody calls

/** Shares an engine's work until it is asked to leave. A thread does nothing else meanwhile. */
export async function shareWork(beginning: WorkerBeginning, { compile, receive }: WorkerTools): Promise<void> {
  const { worker, model, logicalShards, seed } = beginning
  const board = new TaskBoard(beginning.board)
  const tables = beginning.tables.map(openTable)
  const runner = await compile(model.gradient)
  const hand = new Hand(worker, { model, tables, logicalShards, seed }, runner)
  const hearing = new Hearing(board, tables)
  for (let seen = -1; !board.isAsked(worker, 'leave') && !board.isAsked(worker, 'die');) {
    const { phase } = board
    if (phase === seen) board.waitForPhase(phase, NAP_MS)
    else if (hearing.hear(receive)) {
      seen = phase
      await doTasks(hand, hearing.views, phase)
    }
  }
  await runner.release()
}

/** Does tasks of a phase until none is left, or it has to die with what it has claimed. */
async function doTasks(hand: Hand, views: CutViews | undefined, phase: number): Promise<void> {
  if (!views) return
  const { board } = views
  for (let task = board.claim(hand.worker, phase); task >= 0; task = board.claim(hand.worker, phase)) {
    try {
      if (board.isAsked(hand.worker, 'die')) return
      await hand.run(views, task, phase)
      if (board.isAsked(hand.worker, 'die')) return
    } catch (error) {
      if (board.phase === phase) throw error // else it came so late that what it read had changed: somebody else has done the task
    }
    board.complete(task, hand.worker, phase)
  }
}

/** What a worker has heard of. */
export class Hearing {
  views: CutViews | undefined
  private version = -1

  constructor(
    private readonly board: TaskBoard,
    private readonly tables: readonly Table[],
  ) {}

  /** Takes over what was posted; true once that is all that the board knows of. */
  hear(receive: WorkerTools['receive']): boolean {
    while (this.version < this.board.memoryVersion) {
      const news = receive()
      if (!news) return false
      for (const { t, part, i, buffer } of news.buffers) this.tables[t].adopt(part, i, buffer)
      if (news.memory) this.views = new CutViews(this.board, news.memory.cut, news.memory.sizes)
      this.version = news.version
    }
    return true
  }
}
