import { add, attention, causalPositions, gained, normaliseRms, swiGlu, type Node } from '@freshet/tensor'
import { glorot, type DeclaredParameter, type ParameterNodes } from '../parameters'

/** A stack of transformer blocks over positions. */
export interface Transformer {
  readonly positions: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Width of the gated layer. */
  readonly hidden: number
}

/** Parameters of all blocks. */
export const transformerParameters = ({ width, layers, hidden }: Transformer): DeclaredParameter[] =>
  Array.from({ length: layers }, (_, l) => [
    gain(`${l}/attention`, width),
    { ...glorot(`${l}/queriesKeys`, [width, width]), shape: [width, 2 * width] },
    glorot(`${l}/values`, [width, width]),
    glorot(`${l}/output`, [width, width]),
    gain(`${l}/gated`, width),
    glorot(`${l}/gate`, [width, hidden]),
    glorot(`${l}/up`, [width, hidden]),
    glorot(`${l}/down`, [hidden, width]),
  ]).flat()

/** What a norm is multiplied by, less 1, so that zeros are where it begins. */
const gain = (name: string, width: number): DeclaredParameter => ({ name: `${name}/gain`, shape: [width, 1], range: 0 })

/** What blocks are computed with: their weights, and what is dropped out of what a branch adds. */
interface Blocks {
  readonly parameters: ParameterNodes
  drop(x: Node, name: string): Node
}

/**
 * What a stack of blocks makes of a sequence, a position each; a position sees itself and what came before.
 *
 * shape   x [batch, positions, width]  →  [batch, positions, width]
 * math    h ← h + Attention(RMSNorm(h)),  h ← h + SwiGLU(RMSNorm(h))
 * source  Touvron et al., LLaMA (2023), §2.2: pre-normalisation, SwiGLU, rotary positions
 */
export function transform(x: Node, { positions, width, layers, heads }: Transformer, { parameters, drop }: Blocks): Node {
  const places = causalPositions(positions, width / heads)
  let h = x
  for (let l = 0; l < layers; l++) {
    const weight = (name: string): Node => parameters.get(`${l}/${name}`)
    const behindNorm = (name: string, norm: string): Node => gained(weight(name), weight(`${norm}/gain`))
    const attend = {
      queriesKeys: behindNorm('queriesKeys', 'attention'),
      values: behindNorm('values', 'attention'),
      output: weight('output'),
    }
    h = add(h, drop(attention(normaliseRms(h), attend, places), `${l}/attention`))
    const gate = { gate: behindNorm('gate', 'gated'), up: behindNorm('up', 'gated'), down: weight('down') }
    h = add(h, drop(swiGlu(normaliseRms(h), gate), `${l}/gated`))
  }
  return normaliseRms(h)
}
