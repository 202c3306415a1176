import type { Table } from '@freshet/embedding'
import type { ItemIndex } from './item-index'
import type { DenseState, ServingModel } from './serving-model'

/** The parameters that a request is scored by, from its first row to its last. */
export interface ScoringParameters {
  readonly state: DenseState
  readonly table: Table
  /** Counts how often one of both was another: parts made by an earlier one are not kept. */
  readonly generation: number
}

/** Which item a part is of, and what its features and rows were when it was made. */
export interface PartOrigin {
  readonly at: number
  readonly stamp: number
}

/**
 * What items add to the first layer of the rank model, kept as long as it holds: until the item's features or one of its rows
 * change, or the dense parameters do. Made when a request first needs it, so that what nobody asks for costs nothing.
 *
 * memory  at most 65,536 parts, whatever the catalogue: places that share a slot take turns
 */
export class ItemParts {
  private values = new Float32Array(0)
  /** By slot: the place of its item and one more, 0 for none, and the stamp that it was made under. */
  private owners = new Uint32Array(0)
  private stamps = new Uint32Array(0)
  private parameters: ScoringParameters

  constructor(
    private readonly index: Pick<ItemIndex, 'columns' | 'stampOf' | 'follow'>,
    private readonly model: Pick<ServingModel, 'denseState' | 'table' | 'onRows'>,
    readonly width: number,
  ) {
    index.follow(model)
    this.parameters = { state: model.denseState, table: model.table, generation: 0 }
  }

  /** The parameters in service; where they are not those of the parts, these are forgotten. */
  open(): ScoringParameters {
    const { denseState: state, table } = this.model
    const { generation } = this.parameters
    if (state !== this.parameters.state || table !== this.parameters.table) {
      this.parameters = { state, table, generation: generation + 1 }
      this.owners.fill(0)
    }
    this.reserve()
    return this.parameters
  }

  /** Copies an item's part to `out` at `to`; false where there is none that holds. */
  read(at: number, out: Float32Array, to: number): boolean {
    const { owners, stamps, values, width } = this
    const slot = at & (owners.length - 1)
    if (owners[slot] !== at + 1 || stamps[slot] !== this.index.stampOf(at)) return false
    for (let k = 0, from = slot * width; k < width; k++) out[to + k] = values[from + k]
    return true
  }

  /** Keeps the part that begins at `from`, made of an item as it was, under the parameters of `generation`. */
  keep(generation: number, { at, stamp }: PartOrigin, { made, from }: { readonly made: Float32Array; readonly from: number }): void {
    if (generation !== this.parameters.generation) return
    const { owners, stamps, values, width } = this
    const slot = at & (owners.length - 1)
    owners[slot] = at + 1
    stamps[slot] = stamp
    for (let k = 0, to = slot * width; k < width; k++) values[to + k] = made[from + k]
  }

  private reserve(): void {
    const slots = Math.min(SLOTS_MAX, this.index.columns.capacity)
    if (slots === this.owners.length) return
    this.owners = new Uint32Array(slots)
    this.stamps = new Uint32Array(slots)
    this.values = new Float32Array(slots * this.width)
  }
}

const SLOTS_MAX = 65_536 // a power of two, as the capacity of columns is: 17 MB under 64 units
