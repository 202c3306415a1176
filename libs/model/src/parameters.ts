import { hash32, NotFoundError, randomUnit } from '@freshet/kernel'
import { cellCount, reshape, slice, type Node } from '@freshet/tensor'

/** A named tensor before it has a place: its shape, and the range in which its first values lie. */
export interface DeclaredParameter {
  readonly name: string
  readonly shape: readonly number[]
  /** Uniform in [−range, range); 0 for zeros. */
  readonly range: number
  /** What its rows read, in order, where that follows from the features: by these names it is carried over a change of the dictionary. */
  readonly inputs?: readonly Input[]
  /** What its columns write to, where that follows from the features, too. */
  readonly outputs?: readonly Input[]
}

/** Neighbouring rows of a weight, and what they read; or neighbouring columns, and what they write to. */
export interface Input {
  readonly name: string
  readonly rows: number
}

/** A named tensor's place in the flat dense state. */
export interface Parameter extends DeclaredParameter {
  readonly offset: number
}

/** Gives each parameter its place, one after the other. */
export function layOutParameters(declared: readonly DeclaredParameter[]): { parameters: readonly Parameter[]; parameterCount: number } {
  let offset = 0
  const parameters = declared.map((parameter) => {
    const placed = { ...parameter, offset }
    offset += cellCount(parameter.shape)
    return placed
  })
  return { parameters, parameterCount: offset }
}

/**
 * The first values: a function of seed, name and element, so that they depend neither on process nor on order.
 *
 * cost    one draw an element
 */
export function initialValues(parameters: readonly Parameter[], seed: number): Float32Array {
  const values = new Float32Array(parameters.reduce((count, { shape }) => count + cellCount(shape), 0))
  for (const { name, shape, offset, range } of parameters) {
    if (range === 0) continue
    const key = hash32(name, seed)
    for (let i = 0; i < cellCount(shape); i++) values[offset + i] = (2 * randomUnit(key, i, 0) - 1) * range
  }
  return values
}

/** A weight's first values before no relu: range √(6 / (in + out)). Source: Glorot & Bengio (2010). */
export const glorot = (name: string, [from, to]: readonly [from: number, to: number]): DeclaredParameter => ({
  ...{ name, shape: [from, to] },
  range: Math.sqrt(6 / (from + to)),
})

/** Parameters as nodes of one graph: each is cut out of the flat state once. */
export class ParameterNodes {
  private readonly nodes: ReadonlyMap<string, Node>

  constructor(flat: Node, parameters: readonly Parameter[]) {
    this.nodes = new Map(
      parameters.map(({ name, offset, shape }) => [name, reshape(slice(flat, 0, [offset, offset + cellCount(shape)]), shape)]),
    )
  }

  /** A parameter by the name under which it was declared. */
  get(name: string): Node {
    const node = this.nodes.get(name)
    if (!node) throw new NotFoundError('parameter', name, `declared are ${[...this.nodes.keys()].join(', ')}`)
    return node
  }
}
