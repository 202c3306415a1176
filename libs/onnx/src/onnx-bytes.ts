import { inputName, orderGraph, type GraphSpec, type Node, type Op } from '@freshet/tensor'
import { ELEMENT_BOOL, ELEMENT_FLOAT, modelBytes, RUNTIME_DOMAIN, type Initializer, type OnnxNode } from './model-proto'
import { translations, type Emitter } from './translations'

/**
 * A graph as an ONNX model: inputs and outputs keep their names, symbolic lengths become named dimensions. Only an output that is named like
 * an input, which ONNX forbids, is called `next_…` in the file; outputs keep their order, so that a runner can name them back.
 *
 * cost    one visit a node; a node that is used twice is written once
 * throws  ShapeError when a reshape moves two symbols, InvalidFieldError when an input is not declared
 */
export function onnxBytes(spec: GraphSpec): Uint8Array {
  const to = new GraphBuilder()
  const names = new Map<Node, string>()
  for (const node of orderGraph(spec)) {
    const inputs = node.inputs.map((from) => names.get(from) ?? '')
    names.set(node, isComputed(node) ? translate(node, inputs, to) : inputName(node))
  }
  const taken = new Set(spec.inputs.map(inputName))
  const outputs = Object.entries(spec.outputs).map(([name, node]) => ({ name: taken.has(name) ? `next_${name}` : name, node }))
  // an alias each: an output may be an input, or two outputs one node; the runtime takes the copy out again
  for (const { name, node } of outputs) to.alias(names.get(node) ?? '', name)
  return modelBytes({
    name: spec.name,
    nodes: withoutIdleCasts(to.nodes),
    initializers: to.initializers,
    inputs: spec.inputs.map((node) => ({ name: inputName(node), shape: node.shape })),
    outputs: outputs.map(({ name, node }) => ({ name, shape: node.shape })),
  })
}

/** The row of the table, called with the operation that it belongs to. */
function translate<O extends Exclude<Op, 'input'>>(node: Node<O>, inputs: readonly string[], to: Emitter): string {
  return translations[node.op]({ node, inputs, to })
}

const isComputed = (node: Node): node is Node<Exclude<Op, 'input'>> => node.op !== 'input'

/** Numbers that were made of truths and then read as truths alone leave a cast behind that nobody reads. */
function withoutIdleCasts(nodes: readonly OnnxNode[]): OnnxNode[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs))
  return nodes.filter(({ type, outputs }) => type !== 'Cast' || outputs.some((name) => read.has(name)))
}

/** Collects operations and constants, and names tensors by their turn. */
class GraphBuilder implements Emitter {
  readonly nodes: OnnxNode[] = []
  readonly initializers: Initializer[] = []
  private readonly truths = new Map<string, string>()
  private readonly integerNames = new Map<string, string>()

  emit(type: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    return this.push({ type, inputs, attributes })
  }

  emitOfRuntime(type: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    return this.push({ type, inputs, attributes, domain: RUNTIME_DOMAIN })
  }

  numberOf(truths: string): string {
    const numbers = this.emit('Cast', [truths], { to: ELEMENT_FLOAT })
    this.truths.set(numbers, truths)
    return numbers
  }

  truthOf(numbers: string): string {
    return this.truths.get(numbers) ?? this.emit('Cast', [numbers], { to: ELEMENT_BOOL })
  }

  alias(from: string, to: string): void {
    this.nodes.push({ type: 'Identity', inputs: [from], outputs: [to], attributes: {} })
  }

  integers(values: readonly number[]): string {
    const key = values.join()
    const known = this.integerNames.get(key)
    if (known) return known
    const name = this.keep(BigInt64Array.from(values, BigInt), [values.length])
    this.integerNames.set(key, name)
    return name
  }

  floats(values: Float32Array, shape: readonly number[]): string {
    return this.keep(values, shape)
  }

  private push(node: Omit<OnnxNode, 'outputs'>): string {
    const output = `t:${this.nodes.length}`
    this.nodes.push({ ...node, outputs: [output] })
    return output
  }

  private keep(data: Initializer['data'], shape: readonly number[]): string {
    const name = `c:${this.initializers.length}`
    this.initializers.push({ name, shape, data })
    return name
  }
}
