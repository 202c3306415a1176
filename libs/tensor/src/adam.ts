import { add, divide, multiply, scale, sqrt } from './elementwise'
import { slice } from './layout'
import { constant, type Node } from './node'

/** The constants of Adam, as its authors recommend them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** How fast Adam's running means forget, and what keeps it from dividing by nothing. */
export interface AdamConstants {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/** The three numbers of a step, as nodes of shape [1]. */
export interface StepNumbers {
  readonly rate: Node
  /** 1 − β₁ᵗ and 1 − β₂ᵗ: what the running means still lack. */
  readonly corrections: readonly [first: Node, second: Node]
}

/** shape  schedule [3]  →  three of [1] */
export function cutSchedule(schedule: Node): StepNumbers {
  const [rate, first, second] = [0, 1, 2].map((i) => slice(schedule, 0, [i, i + 1]))
  return { rate, corrections: [first, second] }
}

/** What Adam remembers of the gradients that it has seen. */
export interface Moments {
  readonly mean: Node
  readonly square: Node
}

/** math  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g² */
export const adamMoments = ({ mean, square }: Moments, gradient: Node, { beta1, beta2 }: AdamConstants): Moments => ({
  mean: add(scale(mean, beta1), scale(gradient, 1 - beta1)),
  square: add(scale(square, beta2), scale(multiply(gradient, gradient), 1 - beta2)),
})

/** math  m · (η / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) */
export function adamChange(moments: Moments, { rate, corrections }: StepNumbers, { epsilon }: AdamConstants): Node {
  const spread = add(sqrt(divide(moments.square, corrections[1])), constant(epsilon))
  return divide(multiply(moments.mean, divide(rate, corrections[0])), spread)
}
