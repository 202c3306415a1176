import { NONE, type Node } from './node'
import { cellCount, sameShape, ShapeError, spellShape, type Dimension, type Shape } from './shape'

/**
 * A matrix product, either operand read transposed: the flags cost nothing, where a transpose of its own would copy.
 *
 * shape   [m, k] · [k, n]  →  [m, n];  a stack by one matrix: [.., m, k] · [k, n]  →  [.., m, n];  pair by pair: [.., m, k] · [.., k, n]  →  [.., m, n]
 * throws  ShapeError when an operand is no matrix or stack of them, the inner lengths differ, two stacks do, or a stack that one matrix multiplies
 *         is to be read transposed
 */
export function matmul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
  const [left, right] = [a, b].map(({ shape }) => spellShape(shape))
  if (!areStackable(a.shape, b.shape))
    throw new ShapeError('matmul', { expected: 'two matrices, or equal stacks of them', got: `${left} and ${right}` })
  if (transposeA && a.shape.length > b.shape.length)
    throw new ShapeError('matmul', { expected: 'a stack as it stands where one matrix multiplies it', got: `${left} transposed` })
  const [m, k] = matrixOf(a.shape, transposeA)
  const [rows, n] = matrixOf(b.shape, transposeB)
  if (k !== rows) throw new ShapeError('matmul', { expected: `${k} rows to meet the ${k} columns of ${left}`, got: `${rows} in ${right}` })
  return { op: 'matmul', inputs: [a, b], shape: [...a.shape.slice(0, -2), m, n], attributes: { transposeA, transposeB } }
}

/**
 * The sum over all axes but the last of the products of two rows: what a weight that met a stack of rows gets for its gradient.
 *
 * shape   [.., m], [.., n]  →  [m, n]
 * math    Cᵢⱼ = Σ aᵢ · bⱼ, over all rows
 */
export function contract(a: Node, b: Node): Node {
  if (a.shape.length < 2 || !sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1)))
    throw new ShapeError('contract', { expected: `rows as ${spellShape(a.shape)} has`, got: spellShape(b.shape) })
  return { op: 'contract', inputs: [a, b], shape: [...a.shape.slice(-1), ...b.shape.slice(-1)], attributes: NONE }
}

/** Whether `a` is a matrix or a stack, and `b` a matrix or as many. */
const areStackable = (a: Shape, b: Shape): boolean =>
  a.length >= 2 && (b.length === 2 || (a.length === b.length && sameShape(a.slice(0, -2), b.slice(0, -2))))

const matrixOf = (shape: Shape, isTransposed: boolean): Dimension[] => (isTransposed ? shape.slice(-2).reverse() : shape.slice(-2))

/** How many rows a shape has, all axes but the last together. */
export const rowCount = (shape: readonly number[]): number => cellCount(shape.slice(0, -1))
