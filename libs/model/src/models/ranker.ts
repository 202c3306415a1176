import { concat, logisticLoss, reduceSum, reshape, sigmoid, type Node } from '@freshet/tensor'
import type { DeclaredParameter, Input, ParameterNodes } from '../parameters'
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

/** What a ranking model is laid over: as many fields and numbers, and what they are called. */
export interface RankerShape {
  readonly fields: number
  readonly numbers: number
  readonly dimensions: number
  /** What stands before the names of all parameters. */
  readonly path: string
  /** Each field, then each number, by name: where features have names, by which parameters are carried over a change of the dictionary. */
  readonly inputs?: readonly Input[]
}

/** The shape of a model that stands alone. */
export const shapeOf = ({ fields, numbers = 0, dimensions }: RankerDeclaration, path = ''): RankerShape => ({
  ...{ fields: fields.length, numbers, dimensions, path },
})

/** What a ranking model's equation is written over. */
export interface RankerReads {
  /** shape [batch, fields, dimensions] */
  readonly embeddings: Node
  /** What the linear part adds up of ids: shape [batch, as many as there are] */
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
  const common = { embeddings, weights: flatten(weights), parameters, drop: (x: Node, name: string): Node => drop(x, rate, name) }
  return hasNumbers ? { ...common, numbers: column('numbers') } : common
}

/** Width of {@link joined}. */
export const inputWidth = ({ fields, numbers, dimensions }: Pick<RankerShape, 'fields' | 'numbers' | 'dimensions'>): number =>
  fields * dimensions + numbers

/** What layers read: fields side by side, then the numbers. shape  →  [batch, fields · dimensions + numbers] */
export const joined = ({ embeddings, numbers }: Pick<RankerReads, 'embeddings' | 'numbers'>): Node =>
  concat(
    [flatten(embeddings), ...(numbers ? [numbers] : [])].filter(({ shape }) => shape[1] !== 0),
    1,
  )

/** The linear part's weights of numbers. */
export const weightsOfNumbers = ({ path, fields, numbers, inputs }: RankerShape, name: string): DeclaredParameter[] =>
  numbers > 0 ? [{ name: `${path}${name}`, shape: [numbers, 1], range: 0, ...(inputs && { inputs: inputs.slice(fields) }) }] : []

/** The linear part over ids. shape  →  [batch, 1] */
export const sumOfWeights = ({ weights }: RankerReads): Node => reduceSum(weights, [1])

/** Fields side by side. shape  [batch, fields, dimensions]  →  [batch, fields · dimensions] */
export const flatten = (x: Node): Node => reshape(x, [x.shape[0], Number(x.shape[1]) * Number(x.shape[2])])
