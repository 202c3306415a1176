import { cellCount, LARGEST_EXPONENT, type Node, type Op } from '@freshet/tensor'
import type { OnnxNode } from './model-proto'
import { asMatrix, translateProduct } from './products'
import { reshapeTarget } from './reshape-target'

/** What a translation writes to: the graph under construction. */
export interface Emitter {
  /** One operation with one result. */
  emit(type: string, inputs: readonly string[], attributes?: OnnxNode['attributes']): string
  /** One operation with one result that ONNX Runtime adds to those of ONNX. */
  emitOfRuntime(type: string, inputs: readonly string[], attributes?: OnnxNode['attributes']): string
  /** A tensor of truths as one of numbers, 1 and 0. */
  numberOf(truths: string): string
  /** A tensor of numbers as one of truths: where it was made of some by `numberOf`, those. */
  truthOf(numbers: string): string
  /** Whole numbers that are part of the model, such as axes. */
  integers(values: readonly number[]): string
  /** Numbers that are part of the model. */
  floats(values: Float32Array, shape: readonly number[]): string
}

/** What a translation sees: the operation, the names of its inputs, and where to write. */
export interface TranslationScope<O extends Op> {
  readonly node: Node<O>
  readonly inputs: readonly string[]
  readonly to: Emitter
}

/** How each operation is said in ONNX, a row each; the result is the name of the tensor that holds it. */
export const translations: { readonly [O in Exclude<Op, 'input'>]: (scope: TranslationScope<O>) => string } = {
  constant: ({ node: { shape, attributes }, to }) => {
    const lengths = shape.map(Number)
    return to.floats(new Float32Array(cellCount(lengths)).fill(attributes.fill), lengths)
  },
  literal: ({ node: { shape, attributes }, to }) => to.floats(Float32Array.from(attributes.values), shape.map(Number)),
  add: named('Add'),
  subtract: named('Sub'),
  multiply: named('Mul'),
  divide: named('Div'),
  equal: ({ inputs, to }) => to.numberOf(to.emit('Equal', inputs)),
  matmul: (scope) => translateProduct(scope),
  // as matrices: one product over all rows
  contract: ({ node, inputs, to }) => {
    const [a, b] = inputs.map((name, i) => asMatrix(name, node.inputs[i], to))
    return to.emit('Gemm', [a, b], { transA: 1 })
  },
  transpose: ({ node, inputs, to }) => to.emit('Transpose', inputs, { perm: node.attributes.permutation }),
  relu: named('Relu'),
  step: ({ inputs: [x], to }) => to.numberOf(to.emit('Greater', [x, to.floats(new Float32Array(1), [])])),
  sigmoid: named('Sigmoid'),
  tanh: named('Tanh'),
  exp: named('Exp'),
  log: named('Log'),
  sqrt: named('Sqrt'),
  softplus: named('Softplus'),
  silu: named('Mul'),
  rsqrt: ({ inputs, to }) => to.emit('Reciprocal', [to.emit('Sqrt', inputs)]),
  square: ({ inputs: [x], to }) => to.emit('Mul', [x, x]),
  floor: named('Floor'),
  where: ({ inputs: [condition, ...branches], to }) => to.emit('Where', [to.truthOf(condition), ...branches]),
  softmax: named('Softmax'),
  maskedExp: ({ inputs: [x, mask], to }) => {
    const bounded = to.emit('Clip', [x, '', to.floats(Float32Array.of(LARGEST_EXPONENT), [])])
    return to.emit('Mul', [to.emit('Exp', [bounded]), mask])
  },
  rotary: ({ inputs: [x, cosines, sines], to }) => to.emitOfRuntime('RotaryEmbedding', [x, to.integers([0]), cosines, sines]),
  detach: named('Identity'),
  reduceSum: ({ node, inputs, to }) => to.emit('ReduceSum', [...inputs, to.integers(node.attributes.axes)], { keepdims: 1 }),
  reduceMax: ({ node, inputs, to }) => to.emit('ReduceMax', [...inputs, to.integers(node.attributes.axes)], { keepdims: 1 }),
  concat: ({ node, inputs, to }) => to.emit('Concat', inputs, { axis: node.attributes.axis }),
  slice: ({ node, inputs, to }) => {
    const { axis, from, to: end } = node.attributes
    return to.emit('Slice', [...inputs, to.integers([from]), to.integers([end]), to.integers([axis])])
  },
  pad: ({ node, inputs, to }) => {
    const { axis, before, after } = node.attributes
    const ends = (width: number): number[] => node.shape.map((_, i) => (i === axis ? width : 0))
    return to.emit('Pad', [...inputs, to.integers([...ends(before), ...ends(after)])])
  },
  reshape: ({ node, inputs, to }) => to.emit('Reshape', [...inputs, to.integers(reshapeTarget(node.inputs[0].shape, node.shape))]),
  expand: ({ inputs: [x, like], to }) => to.emit('Expand', [x, to.emit('Shape', [like])]),
  eye: named('EyeLike'),
}

/** An operation whose inputs are ours, and which has no attributes. */
function named(type: string): (scope: TranslationScope<Op>) => string {
  return ({ inputs, to }) => to.emit(type, inputs)
}
