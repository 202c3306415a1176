import { randomUnit } from '@freshet/kernel'

/** Numbers that few values have most of, as ids of users, items and words do. */
export interface ZipfOptions {
  /** Values lie in [0, range). */
  readonly range: number
  /** How steep: 0 is uniform; not 1, where the integral below has another form. */
  readonly exponent: number
  readonly seed: number
}

/**
 * `count` draws from a Zipf-like distribution, by inversion of its integral.
 *
 * math    P(x) ~ (x + 1)⁻ˢ;  x = ⌊(1 + u · ((N + 1)¹⁻ˢ − 1))^(1 / (1 − s))⌋ − 1, u uniform
 */
export function zipf(count: number, { range, exponent, seed }: ZipfOptions): Uint32Array {
  const power = 1 - exponent
  const whole = (range + 1) ** power - 1
  return Uint32Array.from({ length: count }, (_, i) => {
    const drawn = Math.floor((1 + randomUnit(seed, i, 0) * whole) ** (1 / power)) - 1
    return Math.min(range - 1, drawn)
  })
}
