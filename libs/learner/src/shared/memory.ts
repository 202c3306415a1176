import { DENSE_BLOCK } from '../chain'
import type { EngineTools } from '../engine'
import type { TrainableModel } from '@freshet/model'
import type { CutGeometry } from './cut-geometry'
import { TASKS_MAX, WORKERS_MAX } from './task-board'

/** Parts that a table's ids are made unique in, by their hash; a constant, though without influence on any value. */
export const PARTITIONS = 8

/** Distinct rows that are learned as one task. */
export const CHUNK = 128

/** Words of a task: what kind it is, then what it is about. */
export const TASK_WORDS = 4

/** What kinds of tasks there are. */
export const TASK = { shard: 0, partition: 1, denseBlock: 2, rows: 3 } as const

/** Numbers of the step that workers read, and their places. */
export const HEAD = { count: 0, step: 1, plan: 2, rowRate: 3 } as const

/** A table's ids in a cut: made unique by partition of their hash, each with the list of its occurrences. */
export interface PlanMemory {
  /** Pairs (lo, hi) by occurrence. */
  readonly pairs: SharedArrayBuffer
  /** All else, see {@link TablePlan}. */
  readonly words: SharedArrayBuffer
  /** By bag: 1 / how many of its slots hold an id. */
  readonly weights: SharedArrayBuffer
}

/** What threads share beside tables: enough for cuts of some size. */
export interface CutMemory {
  readonly head: SharedArrayBuffer
  readonly tasks: SharedArrayBuffer
  /** Two for each table: this cut's and the next one's. */
  readonly plans: readonly (readonly PlanMemory[])[]
  /** By column of the model. */
  readonly columns: readonly SharedArrayBuffer[]
  readonly dense: SharedArrayBuffer
  /** Gradients of bags, table by table. */
  readonly gradients: SharedArrayBuffer
  readonly scores: SharedArrayBuffer
  /** By shard. */
  readonly denseGradients: SharedArrayBuffer
  /** By shard: loss as bits, whether all is finite, the parts of the loss as bits, then a checksum a lookup. */
  readonly results: SharedArrayBuffer
  readonly reduced: SharedArrayBuffer
  readonly blockChecksums: SharedArrayBuffer
  /** By worker: the records of its chunk as they were, behind a word that says of which task of which phase. */
  readonly undo: SharedArrayBuffer
}

/** How large the regions are: constants of an engine and its memory. */
export interface MemorySizes {
  readonly scoreWidth: number
  readonly resultWords: number
  readonly undoWords: number
  readonly denseBlocks: number
}

/** The sizes of a model whose records are so long. */
export function sizesOf(model: TrainableModel, strides: readonly number[]): MemorySizes {
  return {
    scoreWidth: Number(model.gradient.outputs.scores.shape[1]),
    resultWords: 2 + model.losses.length + model.lookups.length,
    undoWords: 1 + CHUNK * Math.max(0, ...strides),
    denseBlocks: Math.ceil(model.parameterCount / DENSE_BLOCK),
  }
}

/** Takes memory for cuts of at most the geometry's size. */
export function allocate(
  { model, logicalShards }: { model: TrainableModel } & Pick<EngineTools, 'logicalShards'>,
  geometry: CutGeometry,
  sizes: MemorySizes,
): CutMemory {
  const shared = (words: number): SharedArrayBuffer => new SharedArrayBuffer(4 * words)
  const plan = ({ occurrences, bags }: CutGeometry['tables'][number]): PlanMemory => ({
    ...{ pairs: shared(2 * occurrences), words: shared(planWords(occurrences)), weights: shared(2 * bags) },
  })
  return {
    head: shared(2 * Object.keys(HEAD).length),

    tasks: shared(TASK_WORDS * TASKS_MAX),
    plans: [0, 1].map(() => geometry.tables.map(plan)),
    columns: model.columns.map(({ width, isShared }) => shared((isShared ? 1 : geometry.count) * width)),
    dense: shared(model.parameterCount),
    gradients: shared(geometry.gradientFloats),
    scores: shared(geometry.count * sizes.scoreWidth),
    denseGradients: shared(logicalShards * model.parameterCount),
    results: shared(logicalShards * sizes.resultWords),
    reduced: shared(model.parameterCount),
    blockChecksums: shared(sizes.denseBlocks),
    undo: shared(WORKERS_MAX * sizes.undoWords),
  }
}

/** Words of a table's plan for so many occurrences: seven lists of them, and what is counted by partition. */
const planWords = (occurrences: number): number => 8 * occurrences + 4 * PARTITIONS + 2
