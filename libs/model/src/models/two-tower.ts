import { multiply, reduceSum, reshape, type Node } from '@freshet/tensor'
import { declareTrainable, DROPOUT_COLUMN, type Reads, type RowOptimiser, type TrainableModel } from '../trainable'
import { lookupOf } from './fields-lookup'
import { inBatchSoftmax, pairwiseRanking } from './meeting-losses'
import { flatten } from './ranker'
import { climb, towerParameters, type Tower, type TowerLayer } from './tower'
import { direction, meetingPopularity, tempered, withPopularity, type Meeting } from './vectors'

/** One side of a two-tower model. */
export interface TowerDeclaration {
  /** Ids of each field; those of a field are averaged. */
  readonly fields: readonly number[]
  /** None of them: embeddings meet as they are, as in matrix factorisation. */
  readonly layers: readonly TowerLayer[]
}

/** A two-tower model: who is asked for, what is offered, how both meet, and what they learn from. */
export interface TwoTowerDeclaration extends Meeting {
  readonly user: TowerDeclaration
  readonly item: TowerDeclaration
  /** Floats an id's embedding has. */
  readonly dimensions: number
  readonly embeddings: RowOptimiser
  /** By default `softmax`, over the items of the shard; `pairwise` compares with sampled items. */
  readonly loss?: 'softmax' | 'pairwise'
  /** Sampled items an example, for the pairwise loss; by default 1. */
  readonly negatives?: number
  /** How biases of the item's ids learn, whose sum is its popularity; by default there are none. */
  readonly biases?: RowOptimiser
  /** The share of a hidden layer's units that a step leaves out; by default none. */
  readonly dropout?: number
  /** First values of embeddings are uniform in [−scale, scale); by default 0.05. */
  readonly scale?: number
}

/**
 * Two towers that meet in a product.
 *
 * shape   userRows, itemRows [B, fields, d], weights [B, 1], and what the loss reads  →  scores [B, 1]
 * math    s(u, i) = f(u)·g(i) / τ + Σ β over the item's fields
 * source  Covington et al., Deep neural networks for YouTube recommendations (2016), §3; Yi et al. (2019), §3.2
 */
export function declareTwoTower(declaration: TwoTowerDeclaration): TrainableModel {
  const { user, item, dimensions, dropout = 0, loss = 'softmax', negatives = 1 } = declaration
  const [users, items] = [towerOf('user', user, dimensions), towerOf('item', item, dimensions)]
  const sampled = new Array<readonly number[]>(negatives).fill(item.fields).flat()
  return declareTrainable({
    name: 'two-tower',
    tables: [tableOf(declaration)],
    lookups: [rowsOf('user', user.fields), rowsOf('item', item.fields), ...(loss === 'pairwise' ? [rowsOf('negative', sampled)] : [])],
    columns: [
      ...['weights', ...(loss === 'softmax' ? ['logQ', 'itemKey'] : [])].map((input) => ({ input, width: 1 })),
      ...(dropout > 0 ? [DROPOUT_COLUMN] : []),
    ],
    parameters: [users, items].flatMap(towerParameters),
    equations: (reads) => {
      const queries = userVectors(users, declaration, reads)
      const candidates = itemVectors(items, declaration, reads)
      const scores = reduceSum(multiply(queries, candidates), [1])
      if (loss === 'softmax') return { scores, loss: inBatchSoftmax({ queries, candidates }, reads) }
      return { scores, loss: pairwiseRanking({ queries, scores, negatives: negativeVectors(items, declaration, reads) }, reads) }
    },
  })
}

const EMBEDDING_SCALE = 0.05

const towerOf = (name: string, { fields, layers }: TowerDeclaration, dimensions: number): Tower => ({
  ...{ name, inputWidth: fields.length * dimensions, layers },
})

const tableOf = ({ dimensions, embeddings, biases, scale: range = EMBEDDING_SCALE }: TwoTowerDeclaration) => ({
  name: 'ids',
  width: dimensions + (biases ? 1 : 0),
  segments: [{ length: dimensions, scale: range, optimiser: embeddings }, ...(biases ? [{ length: 1, scale: 0, optimiser: biases }] : [])],
})

const rowsOf = (name: string, fields: readonly number[]) =>
  lookupOf({ input: `${name}Rows`, gradient: `${name}RowGradients`, table: 'ids' }, fields)

/** shape  →  [batch, width], or [batch, width + 1] with a last element of 1, that meets an item's popularity */
function userVectors(tower: Tower, declaration: TwoTowerDeclaration, reads: Reads): Node {
  const user = tempered(directed(flatten(reads.segments('userRows')[0]), tower, { declaration, reads }), declaration)
  return declaration.biases ? meetingPopularity(user) : user
}

/** shape  →  [batch, width], or [batch, width + 1] with the popularity as the last element */
function itemVectors(tower: Tower, declaration: TwoTowerDeclaration, reads: Reads): Node {
  const [embeddings, biases] = reads.segments('itemRows')
  const item = directed(flatten(embeddings), tower, { declaration, reads })
  return declaration.biases ? withPopularity(item, reduceSum(flatten(biases), [1])) : item
}

/** shape  →  [batch, negatives, width of an item's vector] */
function negativeVectors(tower: Tower, declaration: TwoTowerDeclaration, reads: Reads): Node {
  const { fields } = declaration.item
  const [embeddings, biases] = reads.segments('negativeRows').map((x) => {
    const [batch, slots, width] = x.shape
    return reshape(x, [batch, Number(slots) / fields.length, fields.length * Number(width)])
  })
  const item = directed(embeddings, tower, { declaration, reads })
  return declaration.biases ? withPopularity(item, reduceSum(biases, [2])) : item
}

/** shape  x [.., fields · d]  →  [.., width] */
function directed(x: Node, tower: Tower, { declaration, reads }: { declaration: TwoTowerDeclaration; reads: Reads }): Node {
  const { dropout = 0 } = declaration
  // names tell layers apart, and what is climbed twice by its rank
  const drop = (a: Node, name: string): Node => reads.drop(a, dropout, `${name}/${a.shape.length}`)
  return direction(climb(x, tower, { parameters: reads.parameters, drop }), declaration)
}
