import { add, logSumExp, matmul, multiply, reduceSum, subtract, transpose } from '@freshet/tensor'
import { declareTrainable, type RowOptimiser, type TrainableModel } from '../trainable'
import { flatten } from './ranker'
import { climb, towerParameters, type Tower } from './tower'
import type { TowerDeclaration } from './two-tower'

/** A two-tower model whose every example meets the whole catalogue. */
export interface CatalogueTowerDeclaration {
  readonly user: TowerDeclaration
  /** Items there are: all of them are candidates of every example. */
  readonly items: number
  /** Floats an id's embedding has on the user's side; an item's vector is as wide as the user's tower ends. */
  readonly dimensions: number
  readonly embeddings: RowOptimiser
  /** How item vectors and their biases learn. */
  readonly vectors: RowOptimiser
}

/**
 * Two towers, learned by a softmax over all items at once: of a catalogue of some ten thousand nothing needs to be sampled. Where the user is a bag of what
 * they had, this is a denoising autoencoder with a multinomial likelihood.
 *
 * shape   user [B, fields, d], items [items, width + 1], shared; targets [B, items]  →  scores [B, items], loss [1, 1]
 * math    z = f(u)·V + b;  L = Σᵤᵢ tᵤᵢ · −ln(e^{zᵤᵢ} / Σⱼ e^{zᵤⱼ})
 * cost    three products of batch · items · width
 * source  Liang et al., Variational autoencoders for collaborative filtering (2018), equation 2, as Mult-DAE
 */
export function declareCatalogueTower({ user, items, dimensions, embeddings, vectors }: CatalogueTowerDeclaration): TrainableModel {
  const tower: Tower = { name: 'user', inputWidth: user.fields.length * dimensions, layers: user.layers }
  const width = user.layers[user.layers.length - 1].width
  return declareTrainable({
    name: 'catalogue-tower',
    tables: [
      { name: 'ids', width: dimensions, segments: [{ length: dimensions, scale: EMBEDDING_SCALE, optimiser: embeddings }] },
      {
        name: 'items',
        width: width + 1,
        segments: [
          { length: width, scale: EMBEDDING_SCALE, optimiser: vectors },
          { length: 1, scale: 0, optimiser: vectors },
        ],
      },
    ],
    lookups: [
      {
        ...{ input: 'userRows', gradient: 'userRowGradients', table: 'ids' },
        ...{ slots: user.fields.reduce((slots, length) => slots + length, 0), bags: user.fields },
      },
      { input: 'itemRows', gradient: 'itemRowGradients', table: 'items', slots: items, isShared: true },
    ],
    columns: [{ input: 'targets', width: items, of: 'itemRows' }],
    parameters: towerParameters(tower),
    equations: ({ segments, column, parameters }) => {
      const [embedded] = segments('userRows')
      const [candidates, biases] = segments('itemRows')
      const z = add(matmul(climb(flatten(embedded), tower, { parameters }), candidates, { transposeB: true }), transpose(biases))
      const targets = column('targets')
      const likelihoods = subtract(multiply(reduceSum(targets, [1]), logSumExp(z, 1)), reduceSum(multiply(targets, z), [1]))
      return { scores: z, loss: reduceSum(likelihoods) }
    },
  })
}

const EMBEDDING_SCALE = 0.05
