import { hash32, randomBelow } from '@freshet/kernel'
import { add, floor, multiply, scale, subtract } from './elementwise'
import { reshape } from './layout'
import { constant, literal, type Node } from './node'
import { matmul } from './product'
import { cellCount, ShapeError } from './shape'

/** How many numbers an example draws, for all of a graph's dropouts together. */
export const DROPOUT_SEEDS = 8

/** Which cells are dropped. */
export interface Dropout {
  /** Uniform in [0, 1), drawn anew for each example and step: shape [batch, DROPOUT_SEEDS] */
  readonly seeds: Node
  /** The share of cells that become 0; the others are divided by 1 − rate. */
  readonly rate: number
  /** Tells this dropout from the others of a graph. */
  readonly name: string
}

/**
 * Sets some cells to 0. Which ones is a function of the example's seeds, the name and the cell: neither of the batch around it nor of who computes it.
 *
 * shape   x [batch, …]  →  [batch, …]
 * math    kept = ⌊z + 1 − rate⌋ − ⌊z⌋,  z = s·V,  V whole numbers of the name, s the seeds in steps of 2⁻¹⁵.
 *         The fraction of z is uniform over seeds, and the fractions of cells are independent, two by two, where their columns of V are
 * cost    one narrow product, and four passes over x
 *
 * Everything is exact in Float32 (8 products of 6 bits and 15 sum to 24), so that no order of sums and no fused product changes a mask.
 */
export function dropout(x: Node, { seeds, rate, name }: Dropout): Node {
  if (!(rate >= 0 && rate < 1)) throw new ShapeError(`dropout ${name}`, { expected: '0 ≤ rate < 1', got: `${rate}` })
  if (rate === 0) return x
  const cells = x.shape.slice(1).map(Number)
  const stepped = scale(floor(scale(seeds, SEED_STEPS)), 1 / SEED_STEPS)
  const z = matmul(stepped, wholeNumbers(name, cellCount(cells)))
  const kept = subtract(floor(add(z, constant(1 - Math.round(rate * SEED_STEPS) / SEED_STEPS))), floor(z))
  return multiply(x, reshape(scale(kept, 1 / (1 - rate)), x.shape))
}

const SEED_STEPS = 2 ** 15
const LARGEST_FACTOR = 63

/** shape  →  [DROPOUT_SEEDS, cells], each in −63..63 */
function wholeNumbers(name: string, cells: number): Node {
  const key = hash32(name, 0)
  const values = Array.from({ length: DROPOUT_SEEDS * cells }, (_, i) => randomBelow(2 * LARGEST_FACTOR + 1, key, i, 0) - LARGEST_FACTOR)
  return literal(values, [DROPOUT_SEEDS, cells])
}
