import { constant, relu, type Node } from '@freshet/tensor'
import { layOutExample } from '../row-layout'
import type { TrainableModel } from '../trainable'
import { wideAndDeepLogits, wideAndDeepParameters } from '../wide-and-deep'
import { declareRanker, type RankerDeclaration } from './ranker'

/** A Wide & Deep model over embeddings and numbers. */
export interface WideAndDeepDeclaration extends RankerDeclaration {
  /** Widths of the deep part's hidden layers. */
  readonly hidden: readonly number[]
}

/**
 * Wide & Deep: what memorises (a weight an id; by FTRL most stay 0) beside what generalises (layers over embeddings).
 *
 * shape   as `declareRanker`
 * math    P(y = 1 | x) = σ(w_wide · x + w_deep · a + b),  a = the deep part's last activation over [embeddings, numbers]
 * source  Cheng et al., Wide & Deep Learning for Recommender Systems (2016), equation 3
 */
export function declareWideAndDeep(declaration: WideAndDeepDeclaration): TrainableModel {
  const { fields, numbers = 0, dimensions, hidden } = declaration
  // fields come averaged, so each is one slot; which part of an example they describe does not matter here
  const part = {
    fields: fields.map((_, i) => ({ name: `${i}`, start: i, length: 1 })),
    ids: fields.length,
    numbers,
    numberNames: Array.from({ length: numbers }, (_, i) => `${i}`),
  }
  const none = { fields: [], ids: 0, numbers: 0, numberNames: [] }
  const model = { layout: layOutExample({ user: part, item: none, cross: none }), dimensions, hidden }
  return declareRanker(declaration, {
    name: 'wide-and-deep',
    parameters: wideAndDeepParameters(model),
    logits: ({ embeddings, weights: wideWeights, numbers: read, parameters, drop }) => {
      const between = (x: Node, layer: number): Node => drop(relu(x), `deep/${layer}`)
      const inputs = { embeddings, wideWeights, pooling: constant(1), numbers: read ?? constant(0, [1, 0]), between }
      return wideAndDeepLogits(model, inputs, parameters)
    },
  })
}
