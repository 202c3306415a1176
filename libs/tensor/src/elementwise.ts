import { constant, NONE, type Node } from './node'
import { broadcastShapes, sameShape, ShapeError, spellShape, type Shape } from './shape'

/** Element by element, broadcast. */
export const add = (a: Node, b: Node): Node => binary('add', a, b)
/** Element by element, broadcast. */
export const subtract = (a: Node, b: Node): Node => binary('subtract', a, b)
/** Element by element, broadcast. */
export const multiply = (a: Node, b: Node): Node => binary('multiply', a, b)
/** Element by element, broadcast. */
export const divide = (a: Node, b: Node): Node => binary('divide', a, b)
/** 1 where both are equal, else 0; broadcast. No gradient flows through it. */
export const equal = (a: Node, b: Node): Node => binary('equal', a, b)
/** A node times a number. */
export const scale = (x: Node, by: number): Node => multiply(x, constant(by))

/** math  max(0, x) */
export const relu = (x: Node): Node => unary('relu', x)
/** 1 where x > 0, else 0. No gradient flows through it. */
export const step = (x: Node): Node => unary('step', x)
/** math  1 / (1 + e⁻ˣ) */
export const sigmoid = (x: Node): Node => unary('sigmoid', x)
/** math  (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
export const tanh = (x: Node): Node => unary('tanh', x)
/** math  eˣ */
export const exp = (x: Node): Node => unary('exp', x)
/** math  ln x */
export const log = (x: Node): Node => unary('log', x)
/** math  √x */
export const sqrt = (x: Node): Node => unary('sqrt', x)
/** math  ln(1 + eˣ), without overflow */
export const softplus = (x: Node): Node => unary('softplus', x)
/** math  x · σ(x), also called swish */
export const silu = (x: Node): Node => ({ op: 'silu', inputs: [x, sigmoid(x)], shape: x.shape, attributes: NONE })
/** math  1 / √x */
export const rsqrt = (x: Node): Node => unary('rsqrt', x)
/** math  x², whose gradient is one product where that of x · x is two */
export const square = (x: Node): Node => unary('square', x)
/** The largest whole number ≤ x. No gradient flows through it. */
export const floor = (x: Node): Node => unary('floor', x)
/** The same value, through which no gradient flows. */
export const detach = (x: Node): Node => unary('detach', x)

/**
 * `whenTrue` where the condition is not 0, else `otherwise`; broadcast. No gradient flows to the condition.
 *
 * shape   the three broadcast to one
 */
export function where(condition: Node, whenTrue: Node, otherwise: Node): Node {
  const shape = broadcastShapes('where', condition.shape, broadcastShapes('where', whenTrue.shape, otherwise.shape))
  return { op: 'where', inputs: [condition, whenTrue, otherwise], shape, attributes: NONE }
}

/**
 * Exponentials of what a mask lets through, the numerators of a softmax that knows its inputs to be moderate.
 *
 * shape   x [.., n, m], mask [n, m] of ones and zeros  →  [.., n, m]
 * math    mask · e^min(x, 80): what is masked is 0 exactly, and nothing of it comes back; no gradient flows to the mask
 * cost    three passes over x, and one for its gradient, where the softmax of a sum takes twice that
 */
export function maskedExp(x: Node, mask: Node): Node {
  if (!sameShape(broadcastShapes('maskedExp', x.shape, mask.shape), x.shape))
    throw new ShapeError('maskedExp', { expected: `a mask that broadcasts to ${spellShape(x.shape)}`, got: spellShape(mask.shape) })
  return { op: 'maskedExp', inputs: [x, mask], shape: x.shape, attributes: NONE }
}

/** Beyond it {@link maskedExp} stays: e⁸⁰ ≈ 5·10³⁴, and rows of such may still be added up in Float32. */
export const LARGEST_EXPONENT = 80

const unary = (op: UnaryOp, x: Node): Node => ({ op, inputs: [x], shape: x.shape, attributes: NONE })

function binary(op: BinaryOp, x: Node, y: Node): Node {
  const [a, b] = [besideColumn(x, y), besideColumn(y, x)]
  const shape = broadcastShapes(op, a.shape, b.shape)
  const left = unexpanded(a, { beside: b, shape })
  return { op, inputs: [left, unexpanded(b, { beside: left, shape })], shape, attributes: NONE }
}

/** A scalar gets the rank of a column that it meets: the runtime then passes over the column at once, and not cell by cell. */
function besideColumn(x: Node, column: Node): Node {
  if (x.op !== 'constant' || x.shape.length > 0 || column.shape.length < 3 || column.shape[column.shape.length - 1] !== 1) return x
  return { ...x, shape: column.shape.map(() => 1) }
}

/** An operand that was stretched only to the shape which the other one has anyway goes in as it was. */
function unexpanded(x: Node, { beside, shape }: { beside: Node; shape: Shape }): Node {
  if (x.op !== 'expand') return x
  const [narrow] = x.inputs
  return sameShape(broadcastShapes(x.op, narrow.shape, beside.shape), shape) ? narrow : x
}

type UnaryOp = 'relu' | 'step' | 'sigmoid' | 'tanh' | 'exp' | 'log' | 'sqrt' | 'softplus' | 'rsqrt' | 'square' | 'floor' | 'detach'
type BinaryOp = 'add' | 'subtract' | 'multiply' | 'divide' | 'equal'
