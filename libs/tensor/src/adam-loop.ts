import type { AdamConstants } from './adam'

/** What an optimiser moves: parameters and what it keeps beside them, Float32[P] each. */
export interface FlatState {
  readonly parameters: Float32Array
  readonly slots: readonly Float32Array[]
}

/** Moves a state along a gradient; `schedule` is what the graph reads under that name. */
export type FlatMove = (state: FlatState, gradient: Float32Array, schedule: Float32Array) => FlatState

/**
 * Adam and AdamW as one pass over flat arrays: operation by operation what their graphs compute, rounded to Float32 after each, so that both have the same bits.
 *
 * cost    seven tenths of the graph's time, which reads and writes the arrays a dozen times
 */
export function adamLoop({ beta1, beta2, epsilon, weightDecay = 0 }: AdamConstants & { readonly weightDecay?: number }): FlatMove {
  const [keep1, add1, keep2, add2, floor] = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon].map(Math.fround)
  const decay = Math.fround(weightDecay)
  return ({ parameters, slots: [mean, square] }, gradient, [rate, correction1, correction2]) => {
    const fround = Math.fround // a name of this scope: an imported one is looked up at each use
    const length = parameters.length
    const [moved, means, squares] = [new Float32Array(length), new Float32Array(length), new Float32Array(length)]
    const pace = fround(rate / correction1)
    const kept = fround(1 - fround(rate * decay))
    for (let i = 0; i < length; i++) {
      const g = gradient[i]
      const m = fround(fround(mean[i] * keep1) + fround(g * add1))
      const v = fround(fround(square[i] * keep2) + fround(fround(g * g) * add2))
      means[i] = m
      squares[i] = v
      moved[i] = fround(parameters[i] * kept) - fround(fround(m * pace) / fround(fround(Math.sqrt(fround(v / correction2))) + floor))
    }
    return { parameters: moved, slots: [means, squares] }
  }
}
