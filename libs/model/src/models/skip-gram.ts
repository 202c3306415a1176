import { add, matmul, multiply, reduceSum, reshape, softplus, scale, type Node } from '@freshet/tensor'
import { declareTrainable, type RowOptimiser, type TrainableModel } from '../trainable'

/** Item embeddings by skip-gram: what stands near to each other in histories comes to lie near to each other. */
export interface SkipGramDeclaration {
  /** Floats of an item's vector; by default 128. */
  readonly dimensions?: number
  /** Sampled items a pair. */
  readonly negatives: number
  readonly optimiser: RowOptimiser
}

/**
 * Skip-gram with negative sampling: an item predicts its neighbours. Both have vectors of their own; those of the first table are the result.
 *
 * shape   center, context [B, 1, d], negatives [B, n, d], weights [B, 1]  →  scores [B, 1], loss [1, 1]
 * math    L = Σ w · −(ln σ(v_c·u_o) + Σⱼ ln σ(−v_c·u_j)), j sampled
 * source  Mikolov et al., Distributed representations of words and phrases and their compositionality (2013), equation 4;
 *         for items: Barkan & Koenigstein, Item2Vec (2016)
 */
export function declareSkipGram({ dimensions = 128, negatives, optimiser }: SkipGramDeclaration): TrainableModel {
  const scaleOfBirths = 0.5 / dimensions // as word2vec has it
  const table = (name: string, range: number) => ({ name, width: dimensions, segments: [{ length: dimensions, scale: range, optimiser }] })
  return declareTrainable({
    name: 'skip-gram',
    tables: [table('items', scaleOfBirths), table('contexts', 0)],
    lookups: [
      { input: 'center', gradient: 'centerGradient', table: 'items', slots: 1 },
      { input: 'context', gradient: 'contextGradient', table: 'contexts', slots: 1 },
      { input: 'negatives', gradient: 'negativeGradients', table: 'contexts', slots: negatives },
    ],
    columns: [{ input: 'weights', width: 1 }],
    parameters: [],
    equations: ({ segments, column }) => {
      const [[center], [context], [sampled]] = ['center', 'context', 'negatives'].map(segments)
      const near = products(center, context)
      const far = products(center, sampled)
      const losses = add(softplus(scale(near, -1)), reduceSum(softplus(far), [1]))
      return { scores: near, loss: reduceSum(multiply(column('weights'), losses)) }
    },
  })
}

/** shape  one [batch, 1, d], others [batch, n, d]  →  [batch, n] */
const products = (one: Node, others: Node): Node => reshape(matmul(one, others, { transposeB: true }), [one.shape[0], others.shape[1]])
