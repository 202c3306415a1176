import { InvalidFieldError } from '@freshet/kernel'
import type { Node } from './node'
import { topological } from './order'
import { cellCount, ShapeError, spellShape, type Shape } from './shape'

/** A graph that can be compiled: what it reads, in order, and what it gives, by name. */
export interface GraphSpec {
  readonly name: string
  readonly inputs: readonly Node[]
  readonly outputs: Readonly<Record<string, Node>>
}

/** The cells of one input, row by row, and the lengths that its symbols take in this run. */
export interface Feed {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A compiled graph. */
export interface GraphRunner {
  /**
   * Computes all outputs. Of `spent`, which is what an earlier run gave and nobody reads any more, it may write arrays again instead of taking new ones.
   *
   * throws  ShapeError when a feed's shape is not its input's, InvalidFieldError when a feed is missing or unknown
   */
  run(feeds: Readonly<Record<string, Feed>>, spent?: Readonly<Record<string, Float32Array>>): Promise<Record<string, Float32Array>>
  release(): Promise<void>
}

/** What turns a graph into something that runs: the interpreter here, ONNX Runtime elsewhere. */
export type CompileGraph = (spec: GraphSpec) => Promise<GraphRunner>

/** The lengths that the symbols of a graph take in one run. */
export type Bindings = ReadonlyMap<string, number>

/**
 * The nodes of a graph in the order in which they are computed.
 *
 * throws  InvalidFieldError when the graph reads an input that it does not declare, or declares a name twice
 */
export function orderGraph(spec: GraphSpec): Node[] {
  const declared = new Set(spec.inputs.map(inputName))
  if (declared.size !== spec.inputs.length) {
    throw new InvalidFieldError({
      field: `inputs of ${spec.name}`,
      value: spec.inputs.map(inputName),
      rule: 'each name occurs once',
      remedy: 'rename one',
    })
  }
  const order = topological([...spec.inputs, ...Object.values(spec.outputs)])
  const stranger = order.find((node) => node.op === 'input' && !spec.inputs.includes(node))
  if (stranger) {
    throw new InvalidFieldError({
      field: `inputs of ${spec.name}`,
      value: inputName(stranger),
      rule: 'all that is read is declared',
      remedy: 'declare it',
    })
  }
  return order
}

/** The graph without those inputs that none of its outputs needs. */
export function pruneInputs(spec: GraphSpec): GraphSpec {
  const needed = new Set(topological(Object.values(spec.outputs)))
  return { ...spec, inputs: spec.inputs.filter((node) => needed.has(node)) }
}

/** The name under which an input is fed. */
export const inputName = (node: Node): string => ('name' in node.attributes ? node.attributes.name : '')

/**
 * Holds the feeds of a run against the inputs of its graph.
 *
 * cost    a few comparisons an input: no cell is looked at
 * throws  ShapeError, InvalidFieldError
 */
export function bindFeeds(
  spec: GraphSpec,
  feeds: Readonly<Record<string, { data: ArrayLike<number>; shape: readonly number[] }>>,
): Bindings {
  refuseUnknown(spec, feeds)
  const bindings = new Map<string, number>()
  for (const node of spec.inputs) {
    const name = inputName(node)
    const feed = feeds[name]
    if (!feed)
      throw new InvalidFieldError({
        field: `feeds of ${spec.name}`,
        value: Object.keys(feeds),
        rule: `'${name}' is read`,
        remedy: 'feed it',
      })
    const where = `feed '${name}' of ${spec.name}`
    bindShape(where, node.shape, { shape: feed.shape, bindings })
    if (feed.data.length !== cellCount(feed.shape)) {
      throw new ShapeError(where, {
        expected: `${cellCount(feed.shape)} cells, as ${spellShape(feed.shape)} holds`,
        got: `${feed.data.length}`,
      })
    }
  }
  return bindings
}

function refuseUnknown(spec: GraphSpec, feeds: object): void {
  const names = spec.inputs.map(inputName)
  const unknown = Object.keys(feeds).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const rule = `only ${names.join(', ')} are read`
  throw new InvalidFieldError({ field: `feeds of ${spec.name}`, value: unknown, rule, remedy: 'leave it out' })
}

function bindShape(where: string, declared: Shape, { shape, bindings }: { shape: readonly number[]; bindings: Map<string, number> }): void {
  const fits =
    declared.length === shape.length &&
    declared.every((length, axis) => {
      if (typeof length === 'number') return length === shape[axis]
      const bound = bindings.get(length)
      if (bound === undefined) bindings.set(length, shape[axis])
      return bound === undefined || bound === shape[axis]
    })
  if (fits) return
  const known = declared.map((length) =>
    typeof length === 'string' && bindings.has(length) ? `${length}=${bindings.get(length)}` : length,
  )
  throw new ShapeError(where, { expected: spellShape(known), got: spellShape(shape) })
}

/**
 * A shape with its symbols replaced.
 *
 * throws  ShapeError when a symbol is bound by no feed
 */
export function bindSymbols(shape: Shape, bindings: Bindings): number[] {
  return shape.map((length) => {
    const bound = typeof length === 'string' ? bindings.get(length) : length
    if (bound === undefined) throw new ShapeError('bind', { expected: `a feed that gives ${length} its length`, got: spellShape(shape) })
    return bound
  })
}
