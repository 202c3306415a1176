import { ABSENT } from './absent'
import type { RecordPages } from './record-pages'

/** What a step brings: gradients that are already reduced over the occurrences, Float32[count, width]. */
export interface RowStep {
  readonly gradients: Float32Array
  readonly learningRate: number
}

/**
 * One step of row-wise Adagrad on distinct rows.
 *
 * shape   rows Uint32[count], gradients Float32[count, width]
 * math    by segment s: aₛ ← aₛ + mean(gₛ²);  wₛ ← wₛ − learningRate · gₛ / (√aₛ + 10⁻⁸)
 * source  Duchi et al. 2011; one accumulator a row as in FBGEMM's EXACT_ROWWISE_ADAGRAD
 */
export function stepAdagrad(pages: RecordPages, rows: Uint32Array, { gradients, learningRate }: RowStep): void {
  const { floats, rowShift, rowMask } = pages
  const { stride, width, segments, accumulators } = pages.layout
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] === ABSENT) continue
    const page = floats[rows[i] >>> rowShift]
    const at = (rows[i] & rowMask) * stride
    let lane = 0
    for (let s = 0; s < segments.length; s++) {
      const end = lane + segments[s]
      let squares = 0
      for (let k = lane; k < end; k++) squares += gradients[i * width + k] * gradients[i * width + k]
      page[at + accumulators + s] += squares / segments[s]
      const rate = learningRate / (Math.sqrt(page[at + accumulators + s]) + EPSILON)
      for (; lane < end; lane++) page[at + lane] -= rate * gradients[i * width + lane]
    }
  }
}

const EPSILON = 1e-8
