import type { Goal, Measured } from '../harness/report'

/** A figure over seeds: its mean, and beside it the standard deviation where there are two seeds or more. */
export function overSeeds(
  name: string,
  values: readonly number[],
  { unit, goal }: { readonly unit: string; readonly goal?: Goal },
): Record<string, Measured> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
  return {
    [name]: { value: mean, unit, ...(goal && { goal }) },
    ...(values.length > 1 && { [`${name}_spread`]: { value: Math.sqrt(squares / (values.length - 1)), unit } }),
  }
}

/** Figures of several parts, later ones last. */
export const together = (...parts: readonly Readonly<Record<string, Measured>>[]): Record<string, Measured> =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part)))
