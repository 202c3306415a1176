import { InvalidFieldError } from '@freshet/kernel'

/**
 * The value below which a share `q` of the values lies, between neighbours by proportion.
 *
 * math    h = q · (n − 1);  x[⌊h⌋] + (h − ⌊h⌋) · (x[⌊h⌋ + 1] − x[⌊h⌋]), x sorted
 * throws  InvalidFieldError when there are no values: nothing was measured, and a figure would be made up
 * source  Hyndman & Fan, Sample quantiles in statistical packages (1996), definition 7
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) {
    throw new InvalidFieldError({ field: 'values', value: '[]', rule: 'a quantile is of something', remedy: 'measure before judging' })
  }
  const sorted = [...values].sort((a, b) => a - b)
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (at - below) * (sorted[above] - sorted[below])
}

/** The middle value. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)
