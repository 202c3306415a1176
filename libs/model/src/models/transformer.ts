import { add, attention, causalPositions, normaliseRms, swiGlu, type Node } from '@freshet/tensor'
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
    ...['queries', 'keys', 'values', 'output'].map((name) => glorot(`${l}/${name}`, [width, width])),
    glorot(`${l}/gate`, [width, hidden]),
    glorot(`${l}/up`, [width, hidden]),
    glorot(`${l}/down`, [hidden, width]),
  ]).flat()

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
    const projections = { queries: weight('queries'), keys: weight('keys'), values: weight('values'), output: weight('output') }
    h = add(h, drop(attention(normaliseRms(h), projections, places), `${l}/attention`))
    h = add(h, drop(swiGlu(normaliseRms(h), { gate: weight('gate'), up: weight('up'), down: weight('down') }), `${l}/gated`))
  }
  return normaliseRms(h)
}
