import { logisticLoss, reshape, sigmoid, type Node } from '@freshet/tensor'
import type { DeclaredParameter, ParameterNodes } from '../parameters'
import { declareTrainable, type RowOptimiser, type TrainableModel } from '../trainable'

/** What a ranking model reads of an example: ids by field, and numbers. */
export interface RankerDeclaration {
  /** Ids of each field; those of a field are averaged. */
  readonly fields: readonly number[]
  /** How many numbers come with an example; by default none. */
  readonly numbers?: number
  /** Floats an id's embedding has. */
  readonly dimensions: number
  /** How embeddings learn. */
  readonly embeddings: RowOptimiser
  /** How an id's own weight learns: FTRL where most should stay 0. */
  readonly weights: RowOptimiser
}

/** What a ranking model's equation is written over. */
export interface RankerReads {
  /** shape [batch, fields, dimensions] */
  readonly embeddings: Node
  /** One weight an id, the model's linear part: shape [batch, fields, 1] */
  readonly weights: Node
  /** shape [batch, numbers]; `undefined` where an example has none */
  readonly numbers?: Node
  readonly parameters: ParameterNodes
  readonly isTraining: boolean
}

/** A ranking model: a name, its dense parameters, and the logit of "this will be liked". */
export interface Ranker {
  readonly name: string
  readonly parameters: readonly DeclaredParameter[]
  logits(reads: RankerReads): Node
}

/**
 * A ranking model as one to be trained: its scores are probabilities.
 *
 * shape   ids [B, slots], numbers [B, numbers], labels, weights [B, 1]  →  scores [B, 1], loss [1, 1]
 * math    L = Σ w · (ln(1 + eᶻ) − y·z),  score = σ(z)
 */
export function declareRanker(declaration: RankerDeclaration, { name, parameters, logits }: Ranker): TrainableModel {
  const { fields, numbers = 0, dimensions } = declaration
  const segments = [
    { length: dimensions, scale: EMBEDDING_SCALE, optimiser: declaration.embeddings },
    { length: 1, scale: 0, optimiser: declaration.weights },
  ]
  const isPooled = fields.some((length) => length !== 1)
  return declareTrainable({
    name,
    tables: [{ name: 'ids', width: dimensions + 1, segments }],
    lookups: [
      {
        ...{ input: 'rows', gradient: 'rowGradients', table: 'ids', slots: fields.reduce((slots, length) => slots + length, 0) },
        ...(isPooled ? { bags: fields } : {}),
      },
    ],
    columns: [
      ...(numbers > 0 ? [{ input: 'numbers', width: numbers }] : []),
      { input: 'labels', width: 1 },
      { input: 'weights', width: 1 },
    ],
    parameters,
    equations: ({ segments: cut, column, parameters: nodes, isTraining }) => {
      const [embeddings, weights] = cut('rows')
      const read = { embeddings, weights, parameters: nodes, isTraining }
      const z = logits(numbers > 0 ? { ...read, numbers: column('numbers') } : read)
      return { scores: sigmoid(z), loss: logisticLoss(z, { labels: column('labels'), weights: column('weights') }) }
    },
  })
}

// small, so that an id which was never seen says next to nothing
const EMBEDDING_SCALE = 0.05

/** Fields side by side. shape  [batch, fields, dimensions]  →  [batch, fields · dimensions] */
export const flatten = (x: Node): Node => reshape(x, [x.shape[0], Number(x.shape[1]) * Number(x.shape[2])])
