import { add, divide, maskedExp, multiply, rsqrt, scale, silu, square } from './elementwise'
import { concat, slice } from './layout'
import { constant, literal, type Node } from './node'
import { matmul } from './product'
import { reduceSum } from './reduction'
import { rotary, rotaryAngles, type RotaryAngles } from './rotary'

/**
 * Rows of mean square 1: RMSNorm without its gain, which belongs to the weight that reads it (`gained`).
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

/**
 * A weight that reads what was normalised, with the gain of the norm taken in: (x ⊙ (1 + g))·W = x·(diag(1 + g)·W), without a pass over x.
 *
 * shape   weight [width, out], gain less 1 [width, 1]  →  [width, out]
 */
export const gained = (weight: Node, gain: Node): Node => multiply(weight, add(gain, constant(1)))

/** The matrices of multi-head attention; heads lie side by side in each. */
export interface AttentionWeights {
  /** Of queries, then of keys: shape [width, 2 · width] */
  readonly queriesKeys: Node
  /** shape [width, width] */
  readonly values: Node
  /** shape [width, width] */
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
export function attention(x: Node, { queriesKeys, values, output }: AttentionWeights, { angles, visible }: Positions): Node {
  const width = Number(x.shape[2])
  const head = 2 * Number(angles.cosines.shape[1])
  const turned = rotary(matmul(x, queriesKeys), angles)
  const spoken = matmul(x, values)
  const heads = Array.from({ length: width / head }, (_, h) => {
    const [queries, keys] = [h * head, width + h * head].map((from) => slice(turned, 2, [from, from + head]))
    const numerators = maskedExp(matmul(queries, keys, { transposeB: true }), visible)
    const reciprocals = divide(constant(1), reduceSum(numerators, [2]))
    return multiply(matmul(numerators, slice(spoken, 2, [h * head, (h + 1) * head])), reciprocals)
  })
  return matmul(concat(heads, 2), output)
}

/**
 * A gated layer: shape x [.., width], gate and up [width, hidden], down [hidden, width]  →  [.., width].
 *
 * math    (silu(x·G) ⊙ (x·U))·D
 * source  Shazeer, GLU variants improve transformer (2020), FFN_SwiGLU
 */
export const swiGlu = (x: Node, { gate, up, down }: { gate: Node; up: Node; down: Node }): Node =>
  matmul(multiply(silu(matmul(x, gate)), matmul(x, up)), down)
