import { add, divide, multiply, scale, sqrt, subtract } from './elementwise'
import { slice } from './layout'
import { constant, type Node } from './node'

/** The constants of Adam, as its authors recommend them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** What Adam keeps: parameters, and running means of the gradient and of its square, all of one shape. */
export interface AdamState {
  readonly parameters: Node
  readonly mean: Node
  readonly square: Node
}

/**
 * One step of Adam.
 *
 * shape   all [parameters]; schedule [3] = (learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ), worked out by the caller so that the graph needs no powers
 * math    m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  θ ← θ − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 * source  Kingma & Ba, Adam: a method for stochastic optimization (2015), algorithm 1
 */
export function adam({ parameters, mean, square }: AdamState, gradient: Node, schedule: Node): AdamState {
  const [learningRate, correction1, correction2] = [0, 1, 2].map((i) => slice(schedule, 0, [i, i + 1]))
  const nextMean = add(scale(mean, ADAM.beta1), scale(gradient, 1 - ADAM.beta1))
  const nextSquare = add(scale(square, ADAM.beta2), scale(multiply(gradient, gradient), 1 - ADAM.beta2))
  const spread = add(sqrt(divide(nextSquare, correction2)), constant(ADAM.epsilon))
  const change = divide(multiply(nextMean, divide(learningRate, correction1)), spread)
  return { parameters: subtract(parameters, change), mean: nextMean, square: nextSquare }
}
