import { add, matmul, perceptron, type Node } from '@freshet/tensor'
import { embed, embeddedWidth, inputsOf, numbersOf, sumFields } from './fields'
import { stackParameters, type DeclaredParameter, type ParameterNodes, type Stack } from './parameters'
import type { ExampleLayout } from './row-layout'

/** A Wide & Deep model over a layout: how wide its embeddings and its hidden layers are. */
export interface WideAndDeep {
  readonly layout: ExampleLayout
  readonly dimensions: number
  readonly hidden: readonly number[]
}

/** What it reads of an example. */
export interface RankInputs {
  /** shape [batch, slots, dimensions] */
  readonly embeddings: Node
  /** shape [batch, slots, 1] */
  readonly wideWeights: Node
  /** shape [batch, slots] */
  readonly pooling: Node
  /** shape [batch, numbers] */
  readonly numbers: Node
  /** What follows a hidden layer; by default relu. */
  readonly between?: (x: Node, layer: number) => Node
}

/** The layers of the deep part. */
export const deepStack = ({ layout, dimensions, hidden }: WideAndDeep): Stack => ({
  name: 'rank/deep',
  widths: [embeddedWidth(layout, dimensions), ...hidden, 1],
  inputs: inputsOf(layout, dimensions),
})

/** Its dense parameters: the deep part's layers, whose last bias is the model's, and the wide part's weights of the numbers. */
export const wideAndDeepParameters = (model: WideAndDeep): DeclaredParameter[] => [
  ...stackParameters(deepStack(model)),
  ...(model.layout.numbers > 0 ? [{ name: 'rank/wide', shape: [model.layout.numbers, 1], range: 0, inputs: numbersOf(model.layout) }] : []),
]

/**
 * The logit of "this user will like this item now".
 *
 * shape   RankInputs  →  [batch, 1]
 * math    P(y = 1 | x) = σ(w_wide · x + w_deep · a + b),  a = the deep part's last activation over [embeddings, numbers]
 * source  Cheng et al., Wide & Deep Learning for Recommender Systems (2016), equation 3
 */
export function wideAndDeepLogits(
  model: WideAndDeep,
  { embeddings, wideWeights, pooling, numbers, between }: RankInputs,
  parameters: ParameterNodes,
): Node {
  const { layout } = model
  const deep = perceptron(embed({ values: embeddings, pooling }, numbers, layout), parameters.stack(deepStack(model)), between)
  const wide = sumFields({ values: wideWeights, pooling }, layout)
  const logits = add(deep, wide)
  return layout.numbers > 0 ? add(logits, matmul(numbers, parameters.get('rank/wide'))) : logits
}
