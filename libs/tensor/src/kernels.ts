import type { Node, Op } from './node'
import { LARGEST_EXPONENT } from './elementwise'
import { contractRows, matrixProducts } from './product-kernels'
import { cellCount } from './shape'
import { broadcastStrides, positions, stridesOf } from './strides'
import { turn } from './turn'

/** Cells in doubles, row by row. */
export interface Tensor {
  readonly data: Float64Array
  readonly shape: readonly number[]
}

/** What a kernel sees: the operation, its inputs' values, and the lengths of its result. */
export interface KernelScope<O extends Op> {
  readonly node: Node<O>
  readonly inputs: readonly Tensor[]
  readonly shape: readonly number[]
}

/** How each operation is computed, a row each: in doubles, slow and obvious. */
export const kernels: { readonly [O in Exclude<Op, 'input'>]: (scope: KernelScope<O>) => Float64Array } = {
  constant: ({ node, shape }) => new Float64Array(cellCount(shape)).fill(node.attributes.fill),
  add: (scope) => pairwise(scope, (a, b) => a + b),
  subtract: (scope) => pairwise(scope, (a, b) => a - b),
  multiply: (scope) => pairwise(scope, (a, b) => a * b),
  divide: (scope) => pairwise(scope, (a, b) => a / b),
  equal: (scope) => pairwise(scope, (a, b) => (a === b ? 1 : 0)),
  literal: ({ node }) => Float64Array.from(node.attributes.values),
  matmul: (scope) => matrixProducts(scope),
  contract: (scope) => contractRows(scope),
  transpose: ({ node, inputs: [x], shape }) =>
    read(
      x,
      positions(
        shape,
        node.attributes.permutation.map((axis) => stridesOf(x.shape)[axis]),
      ),
    ),
  relu: ({ inputs: [x] }) => x.data.map((value) => (value > 0 ? value : 0)),
  step: ({ inputs: [x] }) => x.data.map((value) => (value > 0 ? 1 : 0)),
  sigmoid: ({ inputs: [x] }) => x.data.map((value) => 1 / (1 + Math.exp(-value))),
  tanh: ({ inputs: [x] }) => x.data.map(Math.tanh),
  exp: ({ inputs: [x] }) => x.data.map(Math.exp),
  log: ({ inputs: [x] }) => x.data.map(Math.log),
  sqrt: ({ inputs: [x] }) => x.data.map(Math.sqrt),
  softplus: ({ inputs: [x] }) => x.data.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)))),
  silu: (scope) => pairwise(scope, (x, sigma) => x * sigma),
  rsqrt: ({ inputs: [x] }) => x.data.map((value) => 1 / Math.sqrt(value)),
  square: ({ inputs: [x] }) => x.data.map((value) => value * value),
  floor: ({ inputs: [x] }) => x.data.map(Math.floor),
  where: ({ inputs: [condition, whenTrue, otherwise], shape }) => {
    const [yes, no] = [spread(whenTrue, shape), spread(otherwise, shape)]
    return spread(condition, shape).map((value, cell) => (value === 0 ? no[cell] : yes[cell]))
  },
  softmax: ({ inputs: [x] }) => normaliseExponentials(x),
  maskedExp: (scope) => pairwise(scope, (x, mask) => mask * Math.exp(Math.min(x, LARGEST_EXPONENT))),
  rotary: ({ inputs: [x, cosines, sines] }) => turn(x, cosines, sines),
  detach: ({ inputs: [x] }) => x.data,
  reduceSum: (scope) => fold(scope, 0, (sum, value) => sum + value),
  reduceMax: (scope) => fold(scope, -Infinity, Math.max),
  concat: (scope) => sideBySide(scope),
  slice: ({ node: { attributes }, inputs: [x], shape }) => {
    const strides = stridesOf(x.shape)
    return read(x, positions(shape, strides, attributes.from * strides[attributes.axis]))
  },
  pad: ({ node: { attributes }, inputs: [x], shape }) => {
    const result = new Float64Array(cellCount(shape))
    write(x, { into: result, shape, offset: attributes.before * stridesOf(shape)[attributes.axis] })
    return result
  },
  reshape: ({ inputs: [x] }) => x.data,
  expand: ({ inputs: [x], shape }) => spread(x, shape),
  eye: ({ shape: [rows, columns] }) =>
    Float64Array.from({ length: rows * columns }, (_, cell) => (Math.floor(cell / columns) === cell % columns ? 1 : 0)),
}

function read(x: Tensor, from: Uint32Array): Float64Array {
  const cells = new Float64Array(from.length)
  for (let cell = 0; cell < from.length; cell++) cells[cell] = x.data[from[cell]]
  return cells
}

/** The cells of an operand as if it had been broadcast; where that changes nothing, its own. */
function spread(x: Tensor, shape: readonly number[]): Float64Array {
  const cells = cellCount(shape)
  if (x.data.length === cells) return x.data
  return x.data.length === 1 ? new Float64Array(cells).fill(x.data[0]) : read(x, positions(shape, broadcastStrides(x.shape, shape)))
}

function write(x: Tensor, { into, shape, offset }: { into: Float64Array; shape: readonly number[]; offset: number }): void {
  positions(x.shape, stridesOf(shape), offset).forEach((position, cell) => {
    into[position] = x.data[cell]
  })
}

function pairwise({ inputs: [a, b], shape }: KernelScope<Op>, f: (a: number, b: number) => number): Float64Array {
  const right = spread(b, shape)
  return spread(a, shape).map((value, cell) => f(value, right[cell]))
}

function fold({ inputs: [x], shape }: KernelScope<Op>, start: number, f: (sum: number, value: number) => number): Float64Array {
  const result = new Float64Array(cellCount(shape)).fill(start)
  positions(x.shape, broadcastStrides(shape, x.shape)).forEach((position, cell) => {
    result[position] = f(result[position], x.data[cell])
  })
  return result
}

function sideBySide({ node, inputs, shape }: KernelScope<'concat'>): Float64Array {
  const { axis } = node.attributes
  const result = new Float64Array(cellCount(shape))
  let offset = 0
  for (const part of inputs) {
    write(part, { into: result, shape, offset })
    offset += part.shape[axis] * stridesOf(shape)[axis]
  }
  return result
}

/** Softmax along the last axis. */
function normaliseExponentials({ data, shape }: Tensor): Float64Array {
  const width = shape[shape.length - 1]
  const result = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width)
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const exponentials = row.map((value) => Math.exp(value - largest))
    const sum = exponentials.reduce((total, value) => total + value, 0)
    exponentials.forEach((value, i) => (result[start + i] = value / sum))
  }
  return result
}
