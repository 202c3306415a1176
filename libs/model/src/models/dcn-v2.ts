import { add, concat, matmul, multiply, type Node } from '@freshet/tensor'
import { glorot, type DeclaredParameter, type ParameterNodes } from '../parameters'
import type { TrainableModel } from '../trainable'
import { declareRanker, inputWidth, joined, sumOfWeights, type RankerDeclaration } from './ranker'
import { climb, mlp, towerParameters } from './tower'

/** A DCN-V2 over embeddings and numbers. */
export interface DcnV2Declaration extends RankerDeclaration {
  /** How many cross layers. */
  readonly crossLayers: number
  /** Cross matrices as products U·Vᵀ of this rank; by default they have full rank. */
  readonly rank?: number
  /** Widths of the deep part's hidden layers. */
  readonly hidden: readonly number[]
  /** Whether layers follow the cross layers, or stand beside them; by default beside. */
  readonly structure?: 'stacked' | 'parallel'
}

/**
 * DCN-V2: cross layers, that multiply what they have by what was there first, and a deep part behind or beside them.
 *
 * shape   as `declareRanker`, x₀ = [embeddings, numbers] of width d
 * math    x_{l+1} = x₀ ⊙ (W_l·x_l + b_l) + x_l, with W_l [d, d] or U_l·V_lᵀ;
 *         stacked: ŷ = σ(w·f(x_L) + b);  parallel: ŷ = σ(w·[x_L, f(x₀)] + b);  to both ⟨w, x⟩ of the ids' own weights is added
 * source  Wang et al., DCN V2: improved deep & cross network and practical lessons for web-scale learning to rank systems (2021), equations 1–3
 */
export function declareDcnV2(declaration: DcnV2Declaration): TrainableModel {
  const { hidden, structure = 'parallel' } = declaration
  const width = inputWidth(declaration)
  const deep = mlp('deep', { inputWidth: width, hidden })
  const deepWidth = hidden.at(-1) ?? width
  const read = structure === 'stacked' ? deepWidth : width + deepWidth
  return declareRanker(declaration, {
    name: 'dcn-v2',
    parameters: [
      ...crossParameters(declaration, width),
      ...towerParameters(deep),
      ...[glorot('logit/weight', [read, 1]), { name: 'logit/bias', shape: [1], range: 0 }],
    ],
    logits: (reads) => {
      const { parameters } = reads
      const x0 = joined(reads)
      const crossed = cross(x0, declaration, parameters)
      const climbed = climb(structure === 'stacked' ? crossed : x0, deep, reads)
      const last = structure === 'stacked' ? climbed : concat([crossed, climbed], 1)
      return add(add(matmul(last, parameters.get('logit/weight')), parameters.get('logit/bias')), sumOfWeights(reads))
    },
  })
}

/** shape  x₀ [batch, d]  →  [batch, d] */
function cross(x0: Node, { crossLayers, rank }: DcnV2Declaration, parameters: ParameterNodes): Node {
  let x = x0
  for (let l = 0; l < crossLayers; l++) {
    const weighed = rank
      ? matmul(matmul(x, parameters.get(`cross/${l}/v`)), parameters.get(`cross/${l}/u`), { transposeB: true })
      : matmul(x, parameters.get(`cross/${l}/weight`))
    x = add(multiply(x0, add(weighed, parameters.get(`cross/${l}/bias`))), x)
  }
  return x
}

const crossParameters = ({ crossLayers, rank }: DcnV2Declaration, width: number): DeclaredParameter[] =>
  Array.from({ length: crossLayers }, (_, l) => [
    ...(rank
      ? [glorot(`cross/${l}/u`, [width, rank]), glorot(`cross/${l}/v`, [width, rank])]
      : [glorot(`cross/${l}/weight`, [width, width])]),
    { name: `cross/${l}/bias`, shape: [width], range: 0 },
  ]).flat()
