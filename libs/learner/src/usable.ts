const EXPONENT = 0x7f800000
const MARGIN = 0x08000000

/**
 * Whether all numbers are finite, and small enough that sums of them stay finite: gradients beyond 2¹¹³ are no gradients.
 *
 * math    an exponent of 240 or more, and no other, overflows into the sign when the margin is added to it
 * cost    one pass without a branch
 */
export function isUsable32(floats: Float32Array): boolean {
  const words = new Int32Array(floats.buffer, floats.byteOffset, floats.length)
  let overflows = 0
  const whole = words.length & ~3
  for (let i = 0; i < whole; i += 4) {
    overflows |=
      ((words[i] & EXPONENT) + MARGIN) |
      ((words[i + 1] & EXPONENT) + MARGIN) |
      ((words[i + 2] & EXPONENT) + MARGIN) |
      ((words[i + 3] & EXPONENT) + MARGIN)
  }
  for (let i = whole; i < words.length; i++) overflows |= (words[i] & EXPONENT) + MARGIN
  return overflows >= 0
}
