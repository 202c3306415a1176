import { cellCount, ShapeError, spellShape, type Shape } from './shape'

/** What each operation carries beside its inputs. Its keys are everything that a graph can compute. */
export interface Attributes {
  /** The feed that it reads. */
  input: { readonly name: string }
  /** The number that it spreads over its shape. */
  constant: { readonly fill: number }
  /** The numbers that it holds, row by row. */
  literal: { readonly values: readonly number[] }
  add: None
  subtract: None
  multiply: None
  divide: None
  equal: None
  matmul: MatmulAttributes
  contract: None
  transpose: { readonly permutation: readonly number[] }
  relu: None
  step: None
  sigmoid: None
  tanh: None
  exp: None
  log: None
  sqrt: None
  softplus: None
  silu: None
  rsqrt: None
  square: None
  floor: None
  where: None
  softmax: None
  maskedExp: None
  rotary: None
  detach: None
  reduceSum: { readonly axes: readonly number[] }
  reduceMax: { readonly axes: readonly number[] }
  concat: { readonly axis: number }
  slice: { readonly axis: number; readonly from: number; readonly to: number }
  pad: { readonly axis: number; readonly before: number; readonly after: number }
  reshape: None
  expand: None
  eye: None
}

type None = Readonly<Record<string, never>>
interface MatmulAttributes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** Everything that a graph can compute. */
export type Op = keyof Attributes

/** A tensor expression: how it is computed, from what, and the shape of the result. A graph is whatever its outputs reach. */
export interface Node<O extends Op = Op> {
  readonly op: O
  readonly inputs: readonly Node[]
  readonly shape: Shape
  readonly attributes: Attributes[O]
}

/** For operations that carry nothing. */
export const NONE: None = {}

/** A value that is fed by name at each run. */
export const input = (name: string, shape: Shape): Node<'input'> => ({ op: 'input', inputs: [], shape, attributes: { name } })
/** One number, spread over a shape of known lengths; by default a scalar, which broadcasts to anything. */
export const constant = (fill: number, shape: readonly number[] = []): Node => ({ op: 'constant', inputs: [], shape, attributes: { fill } })

/**
 * Numbers that are part of the graph, such as a mask.
 *
 * throws  ShapeError when the shape holds another number of cells
 */
export function literal(values: ArrayLike<number>, shape: readonly number[]): Node {
  const cells = cellCount(shape)
  if (cells !== values.length)
    throw new ShapeError('literal', { expected: `${cells} cells, as ${spellShape(shape)} holds`, got: `${values.length}` })
  return { op: 'literal', inputs: [], shape, attributes: { values: Array.from(values) } }
}
