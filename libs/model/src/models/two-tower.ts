import { equal, normaliseRows, multiply, reduceSum, reshape, sampledSoftmaxLoss, scale, type Node } from '@freshet/tensor'
import { declareTrainable, type Lookup, type Reads, type RowOptimiser, type TrainableModel } from '../trainable'
import { flatten } from './ranker'
import { climb, towerParameters, type Tower, type TowerLayer } from './tower'

/** One side of a two-tower model. */
export interface TowerDeclaration {
  /** Ids of each field; those of a field are averaged. */
  readonly fields: readonly number[]
  readonly layers: readonly TowerLayer[]
}

/** A two-tower model: who is asked for, what is offered, and how both meet. */
export interface TwoTowerDeclaration {
  readonly user: TowerDeclaration
  readonly item: TowerDeclaration
  /** Floats an id's embedding has. */
  readonly dimensions: number
  readonly embeddings: RowOptimiser
  /** Products are divided by this; by default 1. */
  readonly temperature?: number
  /** Whether vectors are brought to length 1; by default not. */
  readonly normalise?: boolean
}

/**
 * Two towers that meet in a product, learned by in-batch softmax: every other item of the shard is a negative, corrected for how often it is one.
 *
 * shape   user [B, fields, d], item [B, fields, d]; logQ, itemKey, weights [B, 1]  →  scores [B, 1]
 * math    s(u, i) = f(u)·g(i) / τ;  L = Σ w · −ln(e^{s(u,i) − ln Qᵢ} / Σⱼ e^{s(u,j) − ln Qⱼ}), j over the shard, without other rows of the same item
 * source  Yi et al., Sampling-bias-corrected neural modeling for large corpus item recommendations (2019)
 */
export function declareTwoTower(declaration: TwoTowerDeclaration): TrainableModel {
  const { user, item, dimensions } = declaration
  const users = towerOf('user', user, dimensions)
  const items = towerOf('item', item, dimensions)
  return declareTrainable({
    name: 'two-tower',
    tables: [
      { name: 'ids', width: dimensions, segments: [{ length: dimensions, scale: EMBEDDING_SCALE, optimiser: declaration.embeddings }] },
    ],
    lookups: [lookupOf('user', user), lookupOf('item', item)],
    columns: ['logQ', 'itemKey', 'weights'].map((input) => ({ input, width: 1 })),
    parameters: [users, items].flatMap(towerParameters),
    equations: (reads) => {
      const queries = scale(vectorOf(users, declaration, reads), 1 / (declaration.temperature ?? 1))
      const candidates = vectorOf(items, declaration, reads)
      const [logQ, keys] = ['logQ', 'itemKey'].map(reads.column)
      const accidental = equal(keys, acrossColumns(keys))
      return {
        scores: reduceSum(multiply(queries, candidates), [1]),
        loss: sampledSoftmaxLoss({ queries, candidates, weights: reads.column('weights'), logQ: acrossColumns(logQ), accidental }),
      }
    },
  })
}

const EMBEDDING_SCALE = 0.05

const towerOf = (name: string, { fields, layers }: TowerDeclaration, dimensions: number): Tower => ({
  name,
  inputWidth: fields.length * dimensions,
  layers,
})

const lookupOf = (name: string, { fields }: TowerDeclaration): Lookup => ({
  ...{ input: `${name}Rows`, gradient: `${name}RowGradients`, table: 'ids', slots: fields.reduce((slots, length) => slots + length, 0) },
  ...(fields.some((length) => length !== 1) ? { bags: fields } : {}),
})

function vectorOf(tower: Tower, { normalise }: TwoTowerDeclaration, { segments, parameters }: Reads): Node {
  const [embeddings] = segments(`${tower.name}Rows`)
  const vector = climb(flatten(embeddings), tower, parameters)
  return normalise ? normaliseRows(vector) : vector
}

/** shape  [batch, 1]  →  [1, batch] */
const acrossColumns = (x: Node): Node => reshape(x, [1, x.shape[0]])
