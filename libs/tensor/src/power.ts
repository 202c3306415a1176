/**
 * A whole power by repeated squaring, so that a step's number alone decides its bits: products are rounded the same everywhere, `**` is not.
 *
 * math    baseⁿ, n ≥ 0
 * cost    2 · log₂ n products
 */
export function power(base: number, exponent: number): number {
  let result = 1
  for (let square = base, left = exponent; left > 0; square *= square, left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square
  }
  return result
}
