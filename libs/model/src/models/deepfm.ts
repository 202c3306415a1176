import { add, matmul, reduceSum, reshape, scale, square, subtract, type Node } from '@freshet/tensor'
import type { TrainableModel } from '../trainable'
import {
  declareRanker,
  joined,
  shapeOf,
  sumOfWeights,
  weightsOfNumbers,
  type Ranker,
  type RankerDeclaration,
  type RankerShape,
} from './ranker'
import { climb, towerParameters } from './tower'
import { deepPart } from './wide-and-deep'

/** A DeepFM over embeddings and numbers. */
export interface DeepFmDeclaration extends RankerDeclaration {
  /** Widths of the deep part's hidden layers. */
  readonly hidden: readonly number[]
}

/**
 * DeepFM: a factorisation machine and layers, over the same embeddings.
 *
 * shape   as `declareRanker`
 * math    ŷ = σ(y_FM + y_DNN),  y_FM = ⟨w, x⟩ + Σ_{i<j} ⟨Vᵢ, Vⱼ⟩·xᵢxⱼ;  y_DNN = layers over [V₁, …, Vₘ, numbers].
 *         Numbers take part in ⟨w, x⟩ and in the layers; they have no embedding, and so no part in the products.
 * source  Guo et al., DeepFM: a factorization-machine based neural network for CTR prediction (2017), equations 1–4
 */
export const declareDeepFm = (declaration: DeepFmDeclaration): TrainableModel =>
  declareRanker(declaration, deepFm({ ...shapeOf(declaration), hidden: declaration.hidden }))

/** A DeepFM over whatever has this shape. */
export interface DeepFm extends RankerShape {
  readonly hidden: readonly number[]
}

/** Its parameters are the layers, whose last bias is the model's, and the linear part's weights of the numbers. */
export function deepFm(model: DeepFm): Ranker {
  const deep = deepPart(model)
  return {
    name: 'deepfm',
    parameters: [...towerParameters(deep), ...weightsOfNumbers(model, 'linear')],
    logits: (reads) => {
      const { embeddings, numbers: x, parameters } = reads
      const linear = x ? add(sumOfWeights(reads), matmul(x, parameters.get(`${model.path}linear`))) : sumOfWeights(reads)
      return add(add(linear, pairwiseProducts(embeddings)), climb(joined(reads), deep, reads))
    },
  }
}

/**
 * All products of two embeddings, added up in linear time.
 *
 * shape   v [batch, fields, dimensions]  →  [batch, 1]
 * math    Σ_{i<j} ⟨vᵢ, vⱼ⟩ = ½ Σ_d ((Σᵢ v_{id})² − Σᵢ v_{id}²)
 * source  Rendle, Factorization machines (2010), lemma 3.1
 */
const pairwiseProducts = (v: Node): Node =>
  scale(reshape(reduceSum(subtract(square(reduceSum(v, [1])), reduceSum(square(v), [1])), [2]), [v.shape[0], 1]), 0.5)
