import { openTable } from '@freshet/embedding'
import { CutViews } from './cut-views'
import { TASK, TASK_WORDS } from './memory'
import { keepChunk } from './row-work'
import { layOutCut } from './cut-geometry'
import { TaskBoard } from './task-board'
import type { StartThread } from './thread'
import type { WorkerBeginning, WorkerNews } from './worker'

/** A worker without a thread: it claims a task when the test says so, does some of it, and then sleeps or dies. */
export class StrickenWorker {
  views: CutViews | undefined
  private board: TaskBoard | undefined
  private tables: ReturnType<typeof openTable>[] = []
  private beginning: WorkerBeginning | undefined
  private readonly listeners: (() => void)[] = []

  readonly start: StartThread = (beginning) => {
    this.beginning = beginning
    this.board = new TaskBoard(beginning.board)
    this.tables = beginning.tables.map(openTable)
    return {
      ready: Promise.resolve(),
      post: (news) => this.hear(news),
      onEnd: (listener) => void this.listeners.push(listener),
    }
  }

  /** Claims the next task that is left; answers its kind. */
  claim(): { task: number; kind: number } {
    const task = this.board?.claim(1, this.board.phase) ?? -1
    return { task, kind: this.views?.tasks[task * TASK_WORDS] ?? -1 }
  }

  /** Begins to learn a chunk of rows: what it changes by then is wrong. */
  spoil(task: number): void {
    const { views, beginning } = this
    if (!views || !beginning) return
    const [kind, t, partition, first] = views.tasks.subarray(task * TASK_WORDS, (task + 1) * TASK_WORDS)
    const geometry = layOutCut(beginning.model, views.get('count'), beginning.logicalShards)
    const at = views.sizes.undoWords
    if (kind !== TASK.rows) return
    keepChunk({ views, geometry, table: this.tables[t], t, partition, first }, at + 1)
    views.undo[at] = (Math.imul(views.board.phase, 65_536) + task + 1) >>> 0
    const plan = views.plans[views.get('plan')][t]
    const { floats, rowShift, rowMask, layout } = this.tables[t].records
    for (let d = first; d < plan.distinct[partition]; d++) {
      const row = plan.rows[plan.begins[partition] + d]
      floats[row >>> rowShift].fill(7, (row & rowMask) * layout.stride, (row & rowMask) * layout.stride + layout.width)
    }
  }

  die(): void {
    for (const listener of this.listeners) listener()
  }

  private hear({ buffers, memory }: WorkerNews): void {
    for (const { t, part, i, buffer } of buffers) this.tables[t].adopt(part, i, buffer)
    if (memory && this.board) this.views = new CutViews(this.board, memory.cut, memory.sizes)
  }
}
