import { add, divide, maskedExp, multiply, rsqrt, scale, silu, square } from './elementwise'
import { concat, slice } from './layout'
import { constant, literal, type Node } from './node'
import { matmul } from './product'
import { reduceSum } from './reduction'
import { rotary, rotaryAngles, type RotaryAngles } from './rotary'

/**
 * Rows of mean square 1: RMSNorm without a gain: a matrix that reads what was normalised holds it, (x ⊙ g)·W = x·(diag(g)·W).
 *
 * shape   [.., width]  →  [.., width]
 * math    x / √(Σ x² / width + ε)
 * source  Zhang & Sennrich, Root mean square layer normalization (2019)
 */
export function normaliseRms(x: Node): Node {
  const last = x.shape.length - 1
  const meanSquare = scale(reduceSum(square(x), [last]), 1 / Number(x.shape[last]))
  return multiply(x, rsqrt(add(meanSquare, constant(EPSILON))))
}

const EPSILON = 1e-6 // a row of zeros stays one

/** The matrices of multi-head attention, in each of which heads lie side by side: shape [width, width] each. */
export interface AttentionWeights {
  readonly queries: Node
  readonly keys: Node
  readonly values: Node
  readonly output: Node
}

/** By what positions are told apart, and which see which. */
export interface Positions {
  /** Shape [positions, head / 2] */
  readonly angles: RotaryAngles
  /** 1 where a position (row) sees another (column), else 0: shape [positions, positions] */
  readonly visible: Node
}

/**
 * Positions that see what came before them, and themselves.
 *
 * math    both queries and keys are scaled by head^(−1/4), so that their product is divided by √head without a pass over it
 */
export const causalPositions = (positions: number, head: number): Positions => ({
  angles: rotaryAngles({ positions, width: head, length: 1 / Math.sqrt(Math.sqrt(head)) }),
  visible: literal(
    Array.from({ length: positions * positions }, (_, cell) => (cell % positions <= Math.floor(cell / positions) ? 1 : 0)),
    [positions, positions],
  ),
})

/**
 * Multi-head attention with rotary positions.
 *
 * shape   x [batch, positions, width]  →  [batch, positions, width]
 * math    headₕ = softmax(R(x·Qₕ)·R(x·Kₕ)ᵀ / √head, over what is visible)·(x·Vₕ);  [head₁, head₂, …]·O.
 *         A softmax's denominator divides what its numerators have added up, which is narrower than they are.
 * source  Vaswani et al., Attention is all you need (2017), §3.2.2; Su et al. (2021) for R
 */
export function attention(x: Node, weights: AttentionWeights, { angles, visible }: Positions): Node {
  const head = 2 * Number(angles.cosines.shape[1])
  const [queries, keys, values] = [
    headsOf(rotary(matmul(x, weights.queries), angles), head),
    headsOf(rotary(matmul(x, weights.keys), angles), head),
    headsOf(matmul(x, weights.values), head),
  ]
  const heads = queries.map((query, h) => {
    const numerators = maskedExp(matmul(query, keys[h], { transposeB: true }), visible)
    return multiply(matmul(numerators, values[h]), divide(constant(1), reduceSum(numerators, [2])))
  })
  return matmul(concat(heads, 2), weights.output)
}

/** shape  x [batch, positions, heads · head]  →  [batch, positions, head] each */
const headsOf = (x: Node, head: number): Node[] =>
  Array.from({ length: Number(x.shape[2]) / head }, (_, h) => slice(x, 2, [h * head, (h + 1) * head]))

/**
 * A gated layer: shape x [.., width], gate and up [width, hidden], down [hidden, width]  →  [.., width].
 *
 * math    (silu(x·G) ⊙ (x·U))·D
 * source  Shazeer, GLU variants improve transformer (2020), FFN_SwiGLU
 */
export const swiGlu = (x: Node, { gate, up, down }: { gate: Node; up: Node; down: Node }): Node =>
  matmul(multiply(silu(matmul(x, gate)), matmul(x, up)), down)
