import { add, concat, matmul, multiply, type Node } from '@freshet/tensor'
import { glorot, type DeclaredParameter, type ParameterNodes } from '../parameters'
import type { TrainableModel } from '../trainable'
import { declareRanker, inputWidth, joined, shapeOf, sumOfWeights, type Ranker, type RankerDeclaration, type RankerShape } from './ranker'
import { climb, hiddenLayers, towerParameters, type Tower } from './tower'

/** What a DCN-V2 declares beside what it reads. */
interface CrossNetwork {
  /** How many cross layers. */
  readonly crossLayers: number
  /** Cross matrices as products U·Vᵀ of this rank; by default they have full rank. */
  readonly rank?: number
  /** Widths of the deep part's hidden layers. */
  readonly hidden: readonly number[]
  /** Whether layers follow the cross layers, or stand beside them; by default beside. */
  readonly structure?: 'stacked' | 'parallel'
}

/** A DCN-V2 over embeddings and numbers. */
export interface DcnV2Declaration extends RankerDeclaration, CrossNetwork {}

/**
 * DCN-V2: cross layers, that multiply what they have by what was there first, and a deep part behind or beside them.
 *
 * shape   as `declareRanker`, x₀ = [embeddings, numbers] of width d
 * math    x_{l+1} = x₀ ⊙ (W_l·x_l + b_l) + x_l, with W_l [d, d] or U_l·V_lᵀ;
 *         stacked: ŷ = σ(w·f(x_L) + b);  parallel: ŷ = σ(w·[x_L, f(x₀)] + b);  to both ⟨w, x⟩ of the ids' own weights is added
 * source  Wang et al., DCN V2: improved deep & cross network and practical lessons for web-scale learning to rank systems (2021), equations 1–3
 */
export const declareDcnV2 = (declaration: DcnV2Declaration): TrainableModel => {
  const { crossLayers, rank, hidden, structure } = declaration
  return declareRanker(declaration, dcnV2({ ...shapeOf(declaration), crossLayers, rank, hidden, structure }))
}

/** A DCN-V2 over whatever has this shape. */
export interface DcnV2 extends RankerShape, CrossNetwork {}

/** Its parameters are the cross layers, the deep part's, and what reads both. */
export function dcnV2(model: DcnV2): Ranker {
  const { path, hidden, structure = 'parallel' } = model
  const width = inputWidth(model)
  const deep: Tower = { name: 'deep', path, inputWidth: width, inputs: model.inputs, layers: hiddenLayers(hidden) }
  const deepWidth = hidden.at(-1) ?? width
  const read = structure === 'stacked' ? deepWidth : width + deepWidth
  return {
    name: 'dcn-v2',
    parameters: [
      ...crossParameters(model),
      ...towerParameters(deep),
      ...[
        { ...glorot(`${path}logit/weight`, [read, 1]), ...readByLogit(model) },
        { name: `${path}logit/bias`, shape: [1], range: 0 },
      ],
    ],
    logits: (reads) => {
      const { parameters } = reads
      const x0 = joined(reads)
      const crossed = cross(x0, model, parameters)
      const climbed = climb(structure === 'stacked' ? crossed : x0, deep, reads)
      const last = structure === 'stacked' ? climbed : concat([crossed, climbed], 1)
      return add(add(matmul(last, parameters.get(`${path}logit/weight`)), parameters.get(`${path}logit/bias`)), sumOfWeights(reads))
    },
  }
}

/** What the rows of the last layer read: what the cross layers have crossed, under its own names, and the deep part's units. */
function readByLogit({ inputs, hidden, structure }: DcnV2): Pick<DeclaredParameter, 'inputs'> {
  if (inputs === undefined) return {}
  const units = hidden.at(-1)
  const deep = units === undefined ? inputs.map(({ name, rows }) => ({ name: `deep:${name}`, rows })) : [{ name: 'deep', rows: units }]
  if (structure === 'stacked') return units === undefined ? { inputs } : {}
  return { inputs: [...inputs, ...deep] }
}

/** shape  x₀ [batch, d]  →  [batch, d] */
function cross(x0: Node, { path, crossLayers, rank }: DcnV2, parameters: ParameterNodes): Node {
  let x = x0
  for (let l = 0; l < crossLayers; l++) {
    const at = (name: string): Node => parameters.get(`${path}cross/${l}/${name}`)
    const weighed = rank ? matmul(matmul(x, at('v')), at('u'), { transposeB: true }) : matmul(x, at('weight'))
    x = add(multiply(x0, add(weighed, at('bias'))), x)
  }
  return x
}

function crossParameters(model: DcnV2): DeclaredParameter[] {
  const { path, crossLayers, rank, inputs } = model
  const width = inputWidth(model)
  return Array.from({ length: crossLayers }, (_, l) => {
    const named = (parameter: DeclaredParameter): DeclaredParameter => (inputs ? { ...parameter, inputs } : parameter)
    const at = `${path}cross/${l}`
    const full = { ...named(glorot(`${at}/weight`, [width, width])), ...(inputs && { outputs: inputs }) }
    const weights = rank ? [named(glorot(`${at}/u`, [width, rank])), named(glorot(`${at}/v`, [width, rank]))] : [full]
    return [...weights, named({ name: `${at}/bias`, shape: [width], range: 0 })]
  }).flat()
}
