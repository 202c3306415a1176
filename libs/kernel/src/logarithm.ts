/**
 * The natural logarithm from sums, products and quotients alone, so that it has equal bits on every machine.
 *
 * math    x = m · 2ᵉ with √½ ≤ m < √2;  ln x = e · ln 2 + 2 · artanh((m − 1) / (m + 1))
 * error   below 1e-14 relative to max(1, |ln x|), checked against Math.log
 * cost    eleven terms
 */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return Infinity
  let mantissa = x
  let exponent = 0
  while (mantissa >= TWO_TO_32) {
    mantissa /= TWO_TO_32
    exponent += 32
  }
  while (mantissa < 1 / TWO_TO_32) {
    mantissa *= TWO_TO_32
    exponent -= 32
  }
  while (mantissa >= SQRT_2) {
    mantissa /= 2
    exponent += 1
  }
  while (mantissa < SQRT_HALF) {
    mantissa *= 2
    exponent -= 1
  }
  return exponent * LN_2 + 2 * artanh((mantissa - 1) / (mantissa + 1))
}

const TWO_TO_32 = 4294967296
const SQRT_2 = 1.4142135623730951
const SQRT_HALF = 0.7071067811865476
const LN_2 = 0.6931471805599453
const TERMS = 11 // (0.1716)²² is below 2⁻⁵³

/** Σ s²ᵏ⁺¹ / (2k + 1), summed from the smallest term. */
function artanh(s: number): number {
  const square = s * s
  let sum = 0
  for (let k = TERMS - 1; k >= 0; k--) sum = sum * square + 1 / (2 * k + 1)
  return s * sum
}
