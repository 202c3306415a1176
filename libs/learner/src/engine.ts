import type { TrainableModel } from '@freshet/model'
import type { CompileGraph, DenseUpdate } from '@freshet/tensor'
import type { EngineState } from './engine-state'

/** What one step learns from. Columns that are drawn are left out: the engine draws them. */
export interface StepBatch {
  /** How many examples. */
  readonly count: number
  /** By a lookup's input: pairs (lo, hi), slots of the first example first; `slots` pairs where it is shared. (0, 0) stands for no id. */
  readonly ids: Readonly<Record<string, Uint32Array>>
  /** By a column's input: Float32[count, width], or Float32[1, width] where it is shared. */
  readonly columns: Readonly<Record<string, Float32Array>>
}

/** What one step did. */
export interface StepOutcome {
  readonly step: number
  /** The sum over the cut, as it was before the step. */
  readonly loss: number
  /** What the loss consists of, where the model tells its parts apart: each a sum over the cut. */
  readonly losses: Readonly<Record<string, number>>
  /** shape  Float32[count, n]; from before the step: every example is scored before it is learned from */
  readonly scores: Float32Array
  /** False where a gradient was not finite: then it was no step. Ids were born; no weight has moved, and nothing was counted. */
  readonly isApplied: boolean
}

/** What a step is told beside its batch. */
export interface StepOptions {
  /** The learning rate of the dense parameters; default: the engine's. */
  readonly learningRate?: number
  /** Multiplies the learning rates of all rows; 1 unless given. */
  readonly rowRate?: number
  /** The batch of the step after this one, where it is known: its ids are looked up while this one runs. Without influence on any value. */
  readonly next?: StepBatch
}

/** (Model, state, batch) → next state: without log, journal or service. */
export interface StepEngine {
  /** Learns from one cut. Batches are not changed by whoever gave them until their step is done. */
  step(batch: StepBatch, options?: StepOptions): Promise<StepOutcome>
  /** shape  → Float32[count, n]; nothing is born or learned, nothing is dropped out */
  score(batch: StepBatch): Promise<Float32Array>
  /** Whether the gradients of the examples `from` to `to`, computed as one shard, could be followed; nothing is born, learned or counted. */
  probe(batch: StepBatch, from: number, to: number): Promise<boolean>
  /** All that the next step depends on: to read, to save, to restore. Between two steps only. */
  readonly state: EngineState
  close(): Promise<void>
}

/** What an engine is made of: constants of its line, but for `compile` and the tables' memory. */
export interface EngineTools {
  readonly compile: CompileGraph
  /** How the dense parameters follow their gradient; absent where the model has none. */
  readonly update?: DenseUpdate
  readonly learningRate: number
  readonly seed: number
  /** L: as many parts of a cut are computed apart, whoever computes them. */
  readonly logicalShards: number
  /** How many steps must have met an id before it gets a row; 1 unless given. */
  readonly admission?: number
  /** By table: the memory that is taken at once, and what it forgets by. */
  readonly tables?: Readonly<Record<string, TableMemoryOptions>>
  /** The state of an engine of another model over the same tables, which this one goes on with: its rows, step and chain. That one steps no more. */
  readonly predecessor?: EngineState
}

/** How a table lies in memory; see TableOptions of `@freshet/embedding`. */
export interface TableMemoryOptions {
  readonly shards?: number
  readonly pageBytes?: number
  readonly rowsExpected?: number
  /** Unlike the others, these two decide which rows are given up, and so are constants of the line. */
  readonly expireAfterSteps?: number
  readonly memoryBytes?: number
}

/** Opens an engine: all of them give the same bits. */
export type OpenEngine = (model: TrainableModel, tools: EngineTools) => Promise<StepEngine>
