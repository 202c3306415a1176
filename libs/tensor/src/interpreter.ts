import { kernels, type Tensor } from './kernels'
import type { Node, Op } from './node'
import { bindFeeds, bindSymbols, inputName, orderGraph, type CompileGraph, type GraphSpec } from './runner'

/** Numbers of any kind, by the name of the input that reads them. */
export type NumericFeeds = Readonly<Record<string, { readonly data: ArrayLike<number>; readonly shape: readonly number[] }>>

/**
 * Computes a graph directly, in doubles: the oracle that every exported graph and every gradient is held against.
 *
 * throws  ShapeError, InvalidFieldError as any runner does
 */
export function interpret(spec: GraphSpec, feeds: NumericFeeds): Record<string, Tensor> {
  const order = orderGraph(spec)
  const bindings = bindFeeds(spec, feeds)
  const values = new Map<Node, Tensor>()
  const valueOf = (node: Node): Tensor => values.get(node) ?? { data: new Float64Array(0), shape: [0] }
  for (const node of order) {
    const shape = bindSymbols(node.shape, bindings)
    const data = isComputed(node) ? compute(node, node.inputs.map(valueOf), shape) : Float64Array.from(feeds[inputName(node)].data)
    values.set(node, { data, shape })
  }
  return Object.fromEntries(Object.entries(spec.outputs).map(([name, node]) => [name, valueOf(node)]))
}

/** The interpreter as a runner: the exact twin of a compiled graph, for tests and for platforms without a runtime. */
export const interpretGraph: CompileGraph = async (spec) => {
  orderGraph(spec)
  return {
    run: async (feeds) =>
      Object.fromEntries(Object.entries(interpret(spec, feeds)).map(([name, { data }]) => [name, Float32Array.from(data)])),
    release: async () => undefined,
  }
}

/** The row of the table, called with the operation that it belongs to. */
function compute<O extends Exclude<Op, 'input'>>(node: Node<O>, inputs: readonly Tensor[], shape: readonly number[]): Float64Array {
  return kernels[node.op]({ node, inputs, shape })
}

const isComputed = (node: Node): node is Node<Exclude<Op, 'input'>> => node.op !== 'input'
