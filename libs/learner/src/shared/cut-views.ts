import { type CutMemory, type MemorySizes, HEAD } from './memory'
import type { TaskBoard } from './task-board'
import { TablePlan } from './table-plan'

/** The shared memory of cuts as a thread sees it. */
export class CutViews {
  readonly plans: readonly (readonly TablePlan[])[]
  readonly columns: readonly Float32Array[]
  readonly tasks: Int32Array
  readonly dense: Float32Array
  readonly gradients: Float32Array
  readonly scores: Float32Array
  readonly denseGradients: Float32Array
  readonly results: Uint32Array
  readonly losses: Float32Array
  readonly reduced: Float32Array
  readonly blockChecksums: Uint32Array
  readonly undo: Uint32Array
  private readonly head: Float64Array

  constructor(
    readonly board: TaskBoard,
    memory: CutMemory,
    readonly sizes: MemorySizes,
  ) {
    this.plans = memory.plans.map((tables) => tables.map((plan) => new TablePlan(plan)))
    this.columns = memory.columns.map((column) => new Float32Array(column))
    this.tasks = new Int32Array(memory.tasks)
    this.dense = new Float32Array(memory.dense)
    this.gradients = new Float32Array(memory.gradients)
    this.scores = new Float32Array(memory.scores)
    this.denseGradients = new Float32Array(memory.denseGradients)
    this.results = new Uint32Array(memory.results)
    this.losses = new Float32Array(memory.results)
    this.reduced = new Float32Array(memory.reduced)
    this.blockChecksums = new Uint32Array(memory.blockChecksums)
    this.undo = new Uint32Array(memory.undo)
    this.head = new Float64Array(memory.head)
  }

  /** A number of the step, see {@link HEAD}. */
  get(name: keyof typeof HEAD): number {
    return this.head[HEAD[name]]
  }

  /** Tells workers a number of the step, before the phase that they need it in. */
  set(name: keyof typeof HEAD, value: number): void {
    this.head[HEAD[name]] = value
  }
}
