import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { dropout, input, slice, type Node, type Shape } from '@freshet/tensor'
import { ParameterNodes, type Parameter } from '../parameters'
import type { Lookup, ModelEquations, Reads, TableDeclaration } from '../trainable'

const BATCH = 'B'
const DROPOUT = 'dropout'

/** The inputs of a model's graphs, and how its equations read them. */
export class ModelFeeds {
  private readonly flat: Node
  private readonly rows: ReadonlyMap<string, Node>
  private readonly columns: ReadonlyMap<string, Node>
  private readonly read = new Set<string>()

  constructor(
    private readonly model: ModelEquations,
    private readonly dense: { readonly parameters: readonly Parameter[]; readonly parameterCount: number },
  ) {
    this.flat = input('dense', [dense.parameterCount])
    this.rows = new Map(model.lookups.map((lookup) => [lookup.input, input(lookup.input, rowsShape(lookup, tableOf(model, lookup)))]))
    this.columns = new Map(
      model.columns.map((column) => [column.input, input(column.input, [column.isShared ? 1 : BATCH, column.of ?? column.width])]),
    )
  }

  /** All inputs, in the order of the declaration. */
  get all(): Node[] {
    return [this.flat, ...this.rows.values(), ...this.columns.values()]
  }

  /** What a gradient is wanted for, by the name of the output that gives it. */
  get learned(): [output: string, node: Node][] {
    const rows = this.model.lookups.map(({ input: name, gradient }): [string, Node] => [gradient, find(this.rows, 'lookup', name)])
    return this.dense.parameterCount > 0 ? [['denseGradient', this.flat], ...rows] : rows
  }

  /** What equations are written over; a parameter is cut out once a call. */
  reads(isTraining: boolean): Reads {
    return {
      parameters: new ParameterNodes(this.flat, this.dense.parameters),
      isTraining,
      segments: (lookup) => this.segments(lookup),
      column: (name) => find(this.columns, 'column', name),
      drop: (x, rate, name) => (isTraining && rate > 0 ? dropout(x, { seeds: find(this.columns, 'column', DROPOUT), rate, name }) : x),
    }
  }

  /** throws  InvalidFieldError when no equation has read a lookup: its rows would never learn */
  refuseUnread(): void {
    const unread = this.model.lookups.find(({ input: name }) => !this.read.has(name))
    if (!unread) return
    const rule = 'every lookup is read by an equation'
    throw new InvalidFieldError({ field: `lookups of ${this.model.name}`, value: unread.input, rule, remedy: 'read it, or leave it out' })
  }

  private segments(name: string): Node[] {
    const rows = find(this.rows, 'lookup', name)
    this.read.add(name)
    const lookup = this.model.lookups.find((other) => other.input === name)
    let from = 0
    return (lookup ? tableOf(this.model, lookup).segments : []).map(({ length }) => {
      from += length
      return slice(rows, rows.shape.length - 1, [from - length, from])
    })
  }
}

const rowsShape = ({ input, slots, bags, isShared }: Lookup, { width }: TableDeclaration): Shape =>
  isShared ? [input, width] : [BATCH, bags?.length ?? slots, width]

/** throws  NotFoundError when the model declares no such table */
export function tableOf({ name, tables }: Pick<ModelEquations, 'name' | 'tables'>, { input: lookup, table }: Lookup): TableDeclaration {
  const found = tables.find((declared) => declared.name === table)
  if (!found)
    throw new NotFoundError(`table of lookup ${lookup} of ${name}`, table, `declared are ${tables.map((each) => each.name).join(', ')}`)
  return found
}

function find(nodes: ReadonlyMap<string, Node>, what: string, name: string): Node {
  const node = nodes.get(name)
  if (!node) throw new NotFoundError(what, name, `declared are ${[...nodes.keys()].join(', ')}`)
  return node
}
