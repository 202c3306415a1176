import { concat, logisticLoss, reduceSum, reshape, sigmoid, type Node } from '@freshet/tensor'
import type { DeclaredParameter, ParameterNodes } from '../parameters'
import { declareTrainable, DROPOUT_COLUMN, type Reads, type RowOptimiser, type TrainableModel } from '../trainable'
import { lookupOf } from './fields-lookup'

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
  /** The share of a hidden layer's units that a step leaves out; by default none. */
  readonly dropout?: number
  /** First values of embeddings are uniform in [−scale, scale); by default 0.05. */
  readonly scale?: number
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
  /** What a hidden layer goes through in training. */
  drop(x: Node, name: string): Node
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
  const { fields, numbers = 0, dimensions, dropout = 0, scale = EMBEDDING_SCALE } = declaration
  const segments = [
    { length: dimensions, scale, optimiser: declaration.embeddings },
    { length: 1, scale: 0, optimiser: declaration.weights },
  ]
  return declareTrainable({
    name,
    tables: [{ name: 'ids', width: dimensions + 1, segments }],
    lookups: [lookupOf({ input: 'rows', gradient: 'rowGradients', table: 'ids' }, fields)],
    columns: [
      ...(numbers > 0 ? [{ input: 'numbers', width: numbers }] : []),
      ...[
        { input: 'labels', width: 1 },
        { input: 'weights', width: 1 },
      ],
      ...(dropout > 0 ? [DROPOUT_COLUMN] : []),
    ],
    parameters,
    equations: (reads) => {
      const z = logits(rankerReads(reads, numbers > 0, dropout))
      return { scores: sigmoid(z), loss: logisticLoss(z, { labels: reads.column('labels'), weights: reads.column('weights') }) }
    },
  })
}

// small, so that an id which was never seen says next to nothing
const EMBEDDING_SCALE = 0.05

function rankerReads({ segments, column, parameters, drop }: Reads, hasNumbers: boolean, rate: number): RankerReads {
  const [embeddings, weights] = segments('rows')
  const common = { embeddings, weights, parameters, drop: (x: Node, name: string): Node => drop(x, rate, name) }
  return hasNumbers ? { ...common, numbers: column('numbers') } : common
}

/** Width of {@link joined}. */
export const inputWidth = ({ fields, numbers = 0, dimensions }: RankerDeclaration): number => fields.length * dimensions + numbers

/** What layers read: fields side by side, then the numbers. shape  →  [batch, fields · dimensions + numbers] */
export const joined = ({ embeddings, numbers }: RankerReads): Node =>
  numbers ? concat([flatten(embeddings), numbers], 1) : flatten(embeddings)

/** The linear part over ids. shape  →  [batch, 1] */
export const sumOfWeights = ({ weights }: RankerReads): Node => reduceSum(flatten(weights), [1])

/** Fields side by side. shape  [batch, fields, dimensions]  →  [batch, fields · dimensions] */
export const flatten = (x: Node): Node => reshape(x, [x.shape[0], Number(x.shape[1]) * Number(x.shape[2])])
