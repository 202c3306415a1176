import type { Table } from '@freshet/embedding'
import type { PartLayout } from '@freshet/features'
import type { GraphRunner } from '@freshet/tensor'
import { FilledSlots } from './filled-slots'
import type { ItemParts, PartOrigin, ScoringParameters } from './item-parts'

/** What missing parts are made for. */
export interface MissingPartsOptions {
  /** The item's. */
  readonly layout: PartLayout
  readonly rankWidth: number
  readonly parts: ItemParts
}

/** The item parts of all candidates, one after the other. */
export interface CandidateItems {
  readonly pairs: Uint32Array
  readonly numbers: Float32Array
}

/** Those candidates of a request of whose items nothing is kept that holds: their parts of the first layer are made in one run, and kept. */
export class MissingParts {
  private readonly candidates: number[] = []
  /** By missing candidate; undefined for an item that no index knows, of which nothing can be kept. */
  private readonly origins: (PartOrigin | undefined)[] = []
  private readonly slots: FilledSlots
  private rows = new Float32Array(0)
  private numbers = new Float32Array(0)

  constructor(private readonly options: MissingPartsOptions) {
    this.slots = new FilledSlots(options.layout)
  }

  get count(): number {
    return this.candidates.length
  }

  clear(): void {
    this.candidates.length = 0
    this.origins.length = 0
  }

  /** Notes a candidate, and what its item was when its features were read. */
  add(b: number, origin: PartOrigin | undefined): void {
    this.candidates.push(b)
    this.origins.push(origin)
  }

  /** Reads the rows of the missing candidates as they now are. */
  gather(table: Table, { pairs, numbers }: CandidateItems): void {
    const { ids, numbers: width } = this.options.layout
    this.reserve()
    this.candidates.forEach((b, i) => {
      this.slots.add(i, pairs, b * ids)
      for (let k = 0; k < width; k++) this.numbers[i * width + k] = numbers[b * width + k]
    })
    table.addHeads(this.slots, this.options.rankWidth, this.rows)
  }

  /** Computes the parts of what was gathered into `out`, by candidate, and keeps them. */
  async make(rankItem: GraphRunner, { state, generation }: ScoringParameters, out: Float32Array): Promise<void> {
    const { layout, rankWidth, parts } = this.options
    const { count } = this
    const { fields, numbers } = layout
    const { part: made } = await rankItem.run({
      dense: { data: state.dense, shape: [state.dense.length] },
      rows: { data: this.rows.subarray(0, count * fields.length * rankWidth), shape: [count, fields.length, rankWidth] },
      numbers: { data: this.numbers.subarray(0, count * numbers), shape: [count, numbers] },
    })
    this.candidates.forEach((b, i) => {
      const from = i * parts.width
      for (let k = 0; k < parts.width; k++) out[b * parts.width + k] = made[from + k]
      const origin = this.origins[i]
      if (origin !== undefined) parts.keep(generation, origin, { made, from })
    })
  }

  private reserve(): void {
    const { layout, rankWidth } = this.options
    const floats = this.count * layout.fields.length * rankWidth
    this.slots.clear(this.count)
    if (floats > this.rows.length) this.rows = new Float32Array(floats)
    else this.rows.fill(0, 0, floats)
    if (this.count * layout.numbers > this.numbers.length) this.numbers = new Float32Array(this.count * layout.numbers)
  }
}
