import { add, logSumExp, matmul, multiply, reduceSum, square, subtract, transpose, type Node } from '@freshet/tensor'
import { declareTrainable, type Reads, type RowOptimiser, type TrainableModel } from '../trainable'
import { applyActivation, type Activation } from './tower'

/** A denoising autoencoder over what users had. */
export interface AutoencoderDeclaration {
  /** Items there are: each of them is read and scored in every example. */
  readonly items: number
  readonly width: number
  readonly activation: Activation
  /** How item vectors and their biases learn. */
  readonly vectors: RowOptimiser
}

/**
 * Tells from a part of what a user had what else belongs to it. Items have one vector, which both reads and scores.
 *
 * shape   histories, targets [B, items], decay [B, 1]; items [items, width + 1], shared  →  scores [B, items], loss [1, 1]
 * math    u = φ(x·V + c);  z = u·Vᵀ + b;  L = Σᵤᵢ tᵤᵢ · −ln(e^{zᵤᵢ} / Σⱼ e^{zᵤⱼ}) + Σᵤ decayᵤ · Σ V²
 * cost    five products of batch · items · width
 * source  Liang et al., Variational autoencoders for collaborative filtering (2018), Mult-DAE; with tied weights as Vincent et al.,
 *         Extracting and composing robust features with denoising autoencoders (2008)
 */
export function declareAutoencoder({ items, width, activation, vectors }: AutoencoderDeclaration): TrainableModel {
  return declareTrainable({
    name: 'autoencoder',
    tables: [
      {
        name: 'items',
        width: width + 1,
        segments: [
          { length: width, scale: VECTOR_SCALE, optimiser: vectors },
          { length: 1, scale: 0, optimiser: vectors },
        ],
      },
    ],
    lookups: [{ input: 'itemRows', gradient: 'itemRowGradients', table: 'items', slots: items, isShared: true }],
    columns: [
      { input: 'histories', width: items, of: 'itemRows' },
      { input: 'targets', width: items, of: 'itemRows' },
      { input: 'decay', width: 1 },
    ],
    parameters: [{ name: 'center', shape: [width], range: 0 }],
    equations: (reads) => {
      const [vectorsOfItems, biases] = reads.segments('itemRows')
      const user = applyActivation(activation, add(matmul(reads.column('histories'), vectorsOfItems), reads.parameters.get('center')))
      const z = add(matmul(user, vectorsOfItems, { transposeB: true }), transpose(biases))
      return { scores: z, loss: add(surprise(z, reads.column('targets')), decayOf(vectorsOfItems, reads)) }
    },
  })
}

const VECTOR_SCALE = 0.05

/** shape  →  [1, 1];  math  Σ t · (ln Σⱼ e^{zⱼ} − z) */
const surprise = (z: Node, targets: Node): Node =>
  reduceSum(subtract(multiply(reduceSum(targets, [1]), logSumExp(z, 1)), reduceSum(multiply(targets, z), [1])))

/** shape  →  [1, 1]; each example brings its share, so that shards add up to the whole */
const decayOf = (vectors: Node, { column }: Reads): Node => multiply(reduceSum(column('decay')), reduceSum(square(vectors)))
