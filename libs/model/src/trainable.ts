import type { RowOptimiser } from '@freshet/embedding'
import { differentiate, DROPOUT_SEEDS, pruneInputs, sameShape, ShapeError, spellShape, type GraphSpec, type Node } from '@freshet/tensor'
import { ModelFeeds } from './trainable/model-feeds'
import { initialValues, layOutParameters, type DeclaredParameter, type Parameter, type ParameterNodes } from './parameters'
import { refuseMisfits } from './trainable/refuse-misfits'

export type { RowOptimiser }

/** Consecutive floats of a row, with an optimiser of their own. */
export interface Segment {
  readonly length: number
  /** First values are uniform in [−scale, scale); 0 for zeros. */
  readonly scale: number
  readonly optimiser: RowOptimiser
}

/** Rows of equal make, found by id. */
export interface TableDeclaration {
  readonly name: string
  /** Floats a row: the sum of its segments. */
  readonly width: number
  readonly segments: readonly Segment[]
  /** What first values are drawn from; by default the seed of who trains, and the name. */
  readonly seed?: number
}

/** Rows that a graph reads. The id 0 stands for none: a row of zeros, that learns nothing. */
export interface Lookup {
  /** Graph input: Float32[B, bags (or slots), width]; where it is shared, [as many as are fed, width]. */
  readonly input: string
  /** Output of the gradient graph, of the same shape. */
  readonly gradient: string
  readonly table: string
  /** Ids an example or, where they are shared, ids a cut: any other number may be fed as well. */
  readonly slots: number
  /** Lengths of consecutive runs of slots, each averaged over what is filled before the graph reads it; by default every slot stands alone. */
  readonly bags?: readonly number[]
  /** Candidates that all examples of a cut share, such as sampled negatives. */
  readonly isShared?: boolean
}

/** Numbers that come with each example: graph input Float32[B, width]; where they are shared, [1, width]. */
export interface Column {
  readonly input: string
  readonly width: number
  /** The shared lookup of which it has a number for each id, however many are fed. */
  readonly of?: string
  readonly isShared?: boolean
  /** Drawn by who trains, uniform in [0, 1), as a function of (seed, step, index in the cut, element): what dropout is made of. */
  readonly isDrawn?: boolean
}

/** What a model declares that drops out. */
export const DROPOUT_COLUMN: Column = { input: 'dropout', width: DROPOUT_SEEDS, isDrawn: true }

/** A model that can be trained: what it reads, and its two graphs. */
export interface TrainableModel {
  readonly name: string
  readonly tables: readonly TableDeclaration[]
  readonly lookups: readonly Lookup[]
  readonly columns: readonly Column[]
  readonly parameters: readonly Parameter[]
  /** Length of the flat dense state. */
  readonly parameterCount: number
  /**
   * One logical shard. The loss is a sum; its weights come divided by the totals of the cut, so that what shards give just adds up.
   *
   * shape  dense [P], lookups, columns  →  denseGradient [P] (where P > 0), each lookup's gradient, scores [B, n], loss [1, 1], each of `losses` [1, 1]
   */
  readonly gradient: GraphSpec
  /** What the loss consists of, where its parts have names: further outputs of the gradient graph. */
  readonly losses: readonly string[]
  /** shape  dense [P] and those lookups and columns that scores need  →  scores [B, n] */
  readonly score: GraphSpec
  /** The dense state before the first step: a function of declaration and seed alone. */
  initialDense(seed: number): Float32Array
}

/** What a model's equations are written over. */
export interface Reads {
  readonly parameters: ParameterNodes
  /** Whether the result is differentiated. */
  readonly isTraining: boolean
  /** Rows of a lookup, a segment each: [B, bags or slots, length] or, shared, [ids, length]. */
  segments(lookup: string): Node[]
  /** Numbers of the examples: [B, width] or, shared, [1, width]. */
  column(input: string): Node
  /** Cells dropped out, in training alone; a model that drops any declares `DROPOUT_COLUMN`. */
  drop(x: Node, rate: number, name: string): Node
}

/** A model before its graphs are made. */
export interface ModelEquations {
  readonly name: string
  readonly tables: readonly TableDeclaration[]
  readonly lookups: readonly Lookup[]
  readonly columns: readonly Column[]
  readonly parameters: readonly DeclaredParameter[]
  /** shape  →  scores [B, n], loss with every length 1, and so its parts, where they are to be told apart */
  equations(reads: Reads): Outcome
}

/** What a model's equations come to. */
interface Outcome {
  readonly scores: Node
  readonly loss: Node
  readonly losses?: Readonly<Record<string, Node>>
}

/**
 * Makes the graphs of a model.
 *
 * throws  InvalidFieldError when a table or a lookup does not fit, or a lookup is declared that no equation reads; NotFoundError when an equation
 *         reads what is not declared; ShapeError when the loss is no scalar, or an equation's shapes do not fit
 */
export function declareTrainable(model: ModelEquations): TrainableModel {
  refuseMisfits(model)
  const { name, tables, lookups, columns } = model
  const { parameters, parameterCount } = layOutParameters(model.parameters)
  const feeds = new ModelFeeds(model, { parameters, parameterCount })
  const training = model.equations(feeds.reads(true))
  const scoring = model.equations(feeds.reads(false))
  feeds.refuseUnread()
  return {
    ...{ name, tables, lookups, columns, parameters, parameterCount },
    gradient: gradientGraph(name, feeds, training),
    losses: Object.keys(training.losses ?? {}),
    score: pruneInputs({ name: `${name}/score`, inputs: feeds.all, outputs: { scores: scoring.scores } }),
    initialDense: (seed) => initialValues(parameters, seed),
  }
}

function gradientGraph(name: string, feeds: ModelFeeds, { scores, loss, losses = {} }: Outcome): GraphSpec {
  for (const [part, { shape }] of Object.entries({ loss, ...losses }))
    if (!sameShape(shape, [1, 1])) throw new ShapeError(`${part} of ${name}`, { expected: '[1, 1]', got: spellShape(shape) })
  const learned = [...feeds.learned]
  const gradients = differentiate(
    loss,
    learned.map(([, node]) => node),
  )
  const outputs = Object.fromEntries(learned.map(([output], i) => [output, gradients[i]]))
  return pruneInputs({ name: `${name}/gradient`, inputs: feeds.all, outputs: { ...outputs, ...losses, scores, loss } })
}
