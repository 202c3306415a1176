import { interpret, type NumericFeeds } from './interpreter'
import type { GraphSpec } from './runner'

/** Which derivative is asked for: of a scalar output, with respect to an input. */
export interface Derivative {
  readonly of: string
  readonly by: string
}

/**
 * A gradient by differences: the independent judge of what `differentiate` derives.
 *
 * math    ∂L/∂xᵢ ≈ (L(xᵢ + h) − L(xᵢ − h)) / 2h, with an error of the order of h²
 * cost    two interpretations of the graph a cell
 */
export function centralDifference(spec: GraphSpec, feeds: NumericFeeds, { of, by }: Derivative): Float64Array {
  const fed = Float64Array.from(feeds[by].data)
  const lossAt = (cell: number, shift: number): number => {
    const moved = fed.slice()
    moved[cell] += shift
    return interpret(spec, { ...feeds, [by]: { data: moved, shape: feeds[by].shape } })[of].data[0]
  }
  return fed.map((_, cell) => (lossAt(cell, STEP) - lossAt(cell, -STEP)) / (2 * STEP))
}

const STEP = 1e-5 // near the cube root of a double's precision, where truncation and rounding meet
