/** How far what one provider computed is from what another did. */
export interface Comparison {
  readonly isBitEqual: boolean
  /** The largest difference. */
  readonly differenceMax: number
  /** The same in units in the last place of the largest value of its output; where only one of two is finite, the largest number that JSON can say. */
  readonly ulps: number
  /** The output that it stands in. */
  readonly output: string
}

/** By the name of an output. */
export type Outputs = Readonly<Record<string, Float32Array>>

/**
 * Holds outputs against those that they should be.
 *
 * math    ulps = max over outputs of max |actual − expected| / (2⁻²³ · max |expected|)
 */
export function compareOutputs(actual: Outputs, expected: Outputs): Comparison {
  const found = Object.keys(expected).map((name) => compareOutput(name, actual[name], expected[name]))
  const worst = found.reduce((most, one) => (one.ulps > most.ulps ? one : most))
  return { ...worst, isBitEqual: found.every(({ isBitEqual }) => isBitEqual) }
}

function compareOutput(output: string, actual: Float32Array, expected: Float32Array): Comparison {
  if (actual.length !== expected.length) return { output, isBitEqual: false, differenceMax: FAR, ulps: FAR }
  const [actualBits, expectedBits] = [actual, expected].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length))
  let [differenceMax, valueMax, isBitEqual] = [0, 0, true]
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) valueMax = Math.max(valueMax, Math.abs(expected[i]))
    if (actualBits[i] === expectedBits[i]) continue
    isBitEqual = false
    const difference = Math.abs(actual[i] - expected[i])
    differenceMax = Math.max(differenceMax, Number.isFinite(difference) ? difference : FAR)
  }
  const ulps = differenceMax === 0 ? 0 : differenceMax / (EPSILON * valueMax)
  return { output, isBitEqual, differenceMax, ulps: Number.isFinite(ulps) ? ulps : FAR }
}

const EPSILON = 2 ** -23
const FAR = Number.MAX_VALUE
