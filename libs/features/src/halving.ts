/**
 * 2⁻ˣ for x ≥ 0 from sums, products and quotients alone, so that it has equal bits on every machine.
 *
 * math    2⁻ⁿ⁻ᶠ = 2⁻ⁿ · (1 − f·c₁ + f²·c₂ − …), the series of e^(−f ln 2) to the seventh power
 * error   below 3e-6 relative, checked against Math.pow
 */
export function halving(x: number): number {
  if (!(x > 0)) return 1
  if (x >= WORD_BITS * 2) return 0
  const whole = Math.floor(x)
  const rest = x - whole
  let sum = 0
  for (let i = SERIES.length - 1; i >= 0; i--) sum = sum * rest + SERIES[i]
  return whole < WORD_BITS ? sum / powerOfTwo(whole) : sum / powerOfTwo(WORD_BITS - 1) / powerOfTwo(whole - WORD_BITS + 1)
}

const WORD_BITS = 31
const powerOfTwo = (n: number): number => (1 << n) >>> 0

/** (−ln 2)ⁿ / n! */
const SERIES = [
  1, -0.6931471805599453, 0.2402265069591007, -0.05550410866482158, 0.009618129107628477, -0.0013333558146428441, 0.00015403530393381606,
  -0.000015252733804059838,
]
