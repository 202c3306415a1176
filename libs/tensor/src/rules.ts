import { divide, equal, multiply, scale, sigmoid, step, subtract } from './elementwise'
import { expand, pad, reshape, slice, transpose } from './layout'
import { constant, type Node, type Op } from './node'
import { matmul, reduceSum } from './reduction'

/** What a rule sees: the operation, which is also its own result, and the gradient that arrives there. */
export interface RuleScope<O extends Op> {
  readonly node: Node<O>
  readonly inputs: readonly Node[]
  readonly upstream: Node
}

/** One gradient an input, before any broadcast is undone; `null` where nothing flows back. */
export type GradientRule<O extends Op> = (scope: RuleScope<O>) => readonly (Node | null)[]

/** A rule for each operation that has inputs. */
export type GradientRules = { readonly [O in Exclude<Op, 'input' | 'constant'>]: GradientRule<O> }

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
  matmul: ({ node, inputs: [a, b], upstream }) => matmulRule(node, [a, b], upstream),
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

const oneMinus = (x: Node): Node => subtract(constant(1), x)

/** math  C = A·B:  ∂A = ∂C·Bᵀ,  ∂B = Aᵀ·∂C; an operand that was read transposed gets the transpose of that, by flags again */
function matmulRule({ attributes }: Node<'matmul'>, [a, b]: readonly [Node, Node], upstream: Node): Node[] {
  const { transposeA, transposeB } = attributes
  return [
    transposeA ? matmul(b, upstream, { transposeA: transposeB, transposeB: true }) : matmul(upstream, b, { transposeB: !transposeB }),
    transposeB ? matmul(upstream, a, { transposeA: true, transposeB: transposeA }) : matmul(a, upstream, { transposeA: !transposeA }),
  ]
}

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
