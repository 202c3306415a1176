import { add, matmul } from '@freshet/tensor'
import type { TrainableModel } from '../trainable'
import {
  declareRanker,
  inputWidth,
  joined,
  shapeOf,
  sumOfWeights,
  weightsOfNumbers,
  type Ranker,
  type RankerDeclaration,
  type RankerShape,
} from './ranker'
import { climb, hiddenLayers, linearLayer, towerParameters, type Tower } from './tower'

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
export const declareWideAndDeep = (declaration: WideAndDeepDeclaration): TrainableModel =>
  declareRanker(declaration, wideAndDeep({ ...shapeOf(declaration, 'rank/'), hidden: declaration.hidden }))

/** A Wide & Deep over whatever has this shape. */
export interface WideAndDeep extends RankerShape {
  readonly hidden: readonly number[]
}

/** Its parameters are the deep part's layers, whose last bias is the model's, and the wide part's weights of the numbers. */
export function wideAndDeep(model: WideAndDeep): Ranker {
  const deep = deepPart(model)
  return {
    name: 'wide-and-deep',
    parameters: [...towerParameters(deep), ...weightsOfNumbers(model, 'wide')],
    logits: (reads) => {
      const { numbers, parameters } = reads
      const ofIds = add(climb(joined(reads), deep, reads), sumOfWeights(reads))
      return numbers ? add(ofIds, matmul(numbers, parameters.get(`${model.path}wide`))) : ofIds
    },
  }
}

/** The layers over embeddings and numbers. */
export const deepPart = (model: WideAndDeep): Tower => ({
  ...{ name: 'deep', path: model.path, inputWidth: inputWidth(model), inputs: model.inputs },
  layers: [...hiddenLayers(model.hidden), linearLayer(1)],
})
