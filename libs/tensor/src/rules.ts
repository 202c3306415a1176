import { add, divide, equal, multiply, scale, sigmoid, step, subtract, where } from './elementwise'
import { expand, pad, reshape, slice, transpose } from './layout'
import { constant, type Node, type Op } from './node'
import { matmul } from './product'
import { matmulRule } from './product-rule'
import { reduceSum } from './reduction'
import { rotary } from './rotary'

/** What a rule sees: the operation, which is also its own result, and the gradient that arrives there. */
export interface RuleScope<O extends Op> {
  readonly node: Node<O>
  readonly inputs: readonly Node[]
  readonly upstream: Node
}

/** One gradient an input, before any broadcast is undone; `null` where nothing flows back. */
export type GradientRule<O extends Op> = (scope: RuleScope<O>) => readonly (Node | null)[]

/** A rule for each operation that has inputs. */
export type GradientRules = { readonly [O in Exclude<Op, 'input' | 'constant' | 'literal'>]: GradientRule<O> }

/**
 * Every derivative that Freshet knows, a row each. A rule is local: it neither accumulates nor undoes broadcasts,
 * which is the walk's work (`differentiate`).
 */
export const gradientRules: GradientRules = {
  add: ({ upstream }) => [upstream, upstream],
  subtract: ({ upstream }) => [upstream, scale(upstream, -1)],
  multiply: ({ inputs: [a, b], upstream }) => [multiply(upstream, b), multiply(upstream, a)],
  // (a/b)' = a'/b − (a/b)·b'/b
  divide: ({ node, inputs: [, b], upstream }) => [divide(upstream, b), scale(multiply(upstream, divide(node, b)), -1)],
  equal: () => [null, null],
  matmul: (scope) => matmulRule(scope),
  // C = Aᵀ·B over all axes but the last:  ∂A = B·∂Cᵀ,  ∂B = A·∂C
  contract: ({ inputs: [a, b], upstream }) => [matmul(b, upstream, { transposeB: true }), matmul(a, upstream)],
  transpose: ({ node, upstream }) => [transpose(upstream, inverse(node.attributes.permutation))],
  // 1 where the result is positive: at the tie x = 0 it is 0, as in the frameworks that we compare with
  relu: ({ node, upstream }) => [multiply(upstream, step(node))],
  step: () => [null],
  // σ' = σ · (1 − σ)
  sigmoid: ({ node, upstream }) => [multiply(upstream, multiply(node, oneMinus(node)))],
  // tanh' = 1 − tanh²
  tanh: ({ node, upstream }) => [multiply(upstream, oneMinus(multiply(node, node)))],
  exp: ({ node, upstream }) => [multiply(upstream, node)],
  log: ({ inputs: [x], upstream }) => [divide(upstream, x)],
  // √' = 1 / 2√
  sqrt: ({ node, upstream }) => [divide(scale(upstream, 0.5), node)],
  softplus: ({ inputs: [x], upstream }) => [multiply(upstream, sigmoid(x))],
  // (x·σ)' = σ + x·σ·(1 − σ) = σ·(1 − y) + y
  silu: ({ node, inputs: [, sigma], upstream }) => [multiply(upstream, add(multiply(sigma, oneMinus(node)), node)), null],
  // (x^−½)' = −½ · (x^−½)³
  rsqrt: ({ node, upstream }) => [scale(multiply(upstream, multiply(node, multiply(node, node))), -0.5)],
  square: ({ inputs: [x], upstream }) => [multiply(x, doubled(upstream))],
  floor: () => [null],
  where: ({ inputs: [condition], upstream }) => [null, where(condition, upstream, constant(0)), where(condition, constant(0), upstream)],
  // ∂xᵢ = yᵢ · (∂yᵢ − Σⱼ ∂yⱼ·yⱼ)
  softmax: ({ node, upstream }) => {
    const last = node.shape.length - 1
    return [multiply(node, subtract(upstream, reduceSum(multiply(upstream, node), [last])))]
  },
  // beyond the bound the slope is kept, so that what ran off comes back
  maskedExp: ({ node, upstream }) => [multiply(upstream, node), null],
  // a rotation's inverse is its transpose: the same angles, backwards
  rotary: ({ inputs: [, cosines, sines], upstream }) => [rotary(upstream, { cosines, sines: scale(sines, -1) }), null, null],
  detach: () => [null],
  // the inverse of a sum is a broadcast
  reduceSum: ({ inputs: [x], upstream }) => [expand(upstream, x)],
  reduceMax: ({ node, inputs: [x], upstream }) => {
    const largest = equal(x, node)
    return [multiply(upstream, divide(largest, reduceSum(largest, node.attributes.axes)))]
  },
  concat: ({ node, inputs, upstream }) => concatRule(node, inputs, upstream),
  slice: ({ node: { attributes }, inputs: [x], upstream }) => {
    const { axis, from, to } = attributes
    return [pad(upstream, axis, [from, Number(x.shape[axis]) - to])]
  },
  pad: ({ node: { attributes }, inputs: [x], upstream }) => {
    const { axis, before } = attributes
    return [slice(upstream, axis, [before, before + Number(x.shape[axis])])]
  },
  reshape: ({ inputs: [x], upstream }) => [reshape(upstream, x.shape)],
  // the broadcast is undone by the walk
  expand: ({ upstream }) => [upstream, null],
  eye: () => [null],
}

/** What a sum has stretched is doubled before it is. */
const doubled = (x: Node): Node => (x.op === 'expand' ? expand(scale(x.inputs[0], 2), x.inputs[1]) : scale(x, 2))

const oneMinus = (x: Node): Node => subtract(constant(1), x)

function concatRule({ attributes: { axis } }: Node<'concat'>, inputs: readonly Node[], upstream: Node): Node[] {
  let from = 0
  return inputs.map(({ shape }) => {
    const to = from + Number(shape[axis])
    const part = slice(upstream, axis, [from, to])
    from = to
    return part
  })
}

/** Where each axis went. */
const inverse = (permutation: readonly number[]): number[] => permutation.map((_, axis) => permutation.indexOf(axis))
