const EXPONENT = 0x7f800000
const ONE = 0x00800000

/**
 * Whether all numbers are finite.
 *
 * math    an exponent of all ones, and no other, overflows into the sign when one is added to it
 * cost    one pass without a branch
 */
export function isFinite32(floats: Float32Array): boolean {
  const words = new Int32Array(floats.buffer, floats.byteOffset, floats.length)
  let overflows = 0
  for (let i = 0; i < words.length; i++) overflows |= (words[i] & EXPONENT) + ONE
  return overflows >= 0
}
