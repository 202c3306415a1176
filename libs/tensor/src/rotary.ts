import { literal, NONE, type Node } from './node'
import { ShapeError, spellShape } from './shape'

/** By what angles positions are turned: shape [positions, head / 2] each. */
export interface RotaryAngles {
  readonly cosines: Node
  readonly sines: Node
}

/**
 * Turns each row by its position, so that the product of two rows depends on how far apart they stand, and not on where.
 *
 * shape   x [batch, positions, heads · head], angles [positions, head / 2]  →  [batch, positions, heads · head]
 * math    with x = [x₁, x₂], halves of a head:  [x₁·cos − x₂·sin, x₂·cos + x₁·sin]; no gradient flows to the angles
 * throws  ShapeError when the angles do not fit
 * source  Su et al., RoFormer: enhanced transformer with rotary position embedding (2021), with pairs (i, i + width / 2) as GPT-NeoX has them
 */
export function rotary(x: Node, { cosines, sines }: RotaryAngles): Node {
  const [, positions, width] = x.shape
  for (const { shape } of [cosines, sines]) {
    if (x.shape.length === 3 && shape.length === 2 && shape[0] === positions && Number(width) % (Number(shape[1]) * 2) === 0) continue
    throw new ShapeError('rotary', {
      expected: 'angles of [positions, head / 2] for [batch, positions, heads · head]',
      got: `${spellShape(shape)} for ${spellShape(x.shape)}`,
    })
  }
  return { op: 'rotary', inputs: [x, cosines, sines], shape: x.shape, attributes: NONE }
}

/** Which angles are wanted. */
interface AngleOptions {
  readonly positions: number
  /** Of a head. */
  readonly width: number
  readonly base?: number
  readonly length?: number
}

/**
 * The angles of positions 0, 1, 2, …
 *
 * math    angle(p, i) = p · base^(−2i / width), i < width / 2; both cosine and sine are multiplied by `length`, by default 1
 * cost    worked out from sums and products alone, so that every machine gets the same bits
 */
export function rotaryAngles({ positions, width, base = 10_000, length = 1 }: AngleOptions): RotaryAngles {
  const half = width / 2
  if (!Number.isInteger(half) || half < 1) throw new ShapeError('rotary', { expected: 'an even width, for pairs', got: `${width}` })
  const cosines = new Float64Array(positions * half)
  const sines = new Float64Array(positions * half)
  const ratio = 1 / rootOf(base, half)
  for (let i = 0, angle = 1; i < half; i++, angle *= ratio) {
    const [cosine, sine] = smallAngle(angle)
    for (let p = 0, c = length, s = 0; p < positions; p++) {
      cosines[p * half + i] = c
      sines[p * half + i] = s
      ;[c, s] = [c * cosine - s * sine, s * cosine + c * sine]
    }
  }
  return { cosines: literal(cosines, [positions, half]), sines: literal(sines, [positions, half]) }
}

/** The root of a number ≥ 1, by Newton from above. */
function rootOf(value: number, degree: number): number {
  let root = value
  for (;;) {
    let power = 1
    for (let i = 1; i < degree; i++) power *= root
    const next = root - (root - value / power) / degree
    if (!(next < root)) return root
    root = next
  }
}

/** Cosine and sine of an angle in [0, 1], by their series. */
function smallAngle(angle: number): [cosine: number, sine: number] {
  let [cosine, sine, term] = [0, 0, 1]
  for (let k = 0; k < SERIES_TERMS; k++) {
    const signed = k % 4 < 2 ? term : -term
    if (k % 2 === 0) cosine += signed
    else sine += signed
    term *= angle / (k + 1)
  }
  return [cosine, sine]
}

const SERIES_TERMS = 22 // 1 / 22! is below a double's precision
