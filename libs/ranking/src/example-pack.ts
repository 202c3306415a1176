import type { FeatureLayout, Part } from '@freshet/features'
import type { ModelSet } from '@freshet/model'
import type { Feed, GraphRunner } from '@freshet/tensor'
import { FilledSlots } from './filled-slots'
import type { ItemColumns } from './item-columns'
import type { ItemParts, ScoringParameters } from './item-parts'
import { MissingParts } from './missing-parts'

/** What a pack is made for. */
export interface PackOptions {
  readonly layout: FeatureLayout
  readonly modelSet: Pick<ModelSet, 'rankWidth' | 'partWidth'>
  readonly parts: ItemParts
}

/** The rank graph in two: what is an item's alone, and all the rest. */
export interface RankGraphs {
  readonly rankItem: GraphRunner
  readonly rankParts: GraphRunner
}

/**
 * The examples of one request: the user's part once, item and cross part each.
 * What is scored here is what an impression carries away ({@link idsOf}, {@link numbersOf}): they are the same bytes.
 */
export class ExamplePack {
  private readonly missing: MissingParts
  private count = 0
  private room = 0
  private user: Part = { ids: new Uint32Array(0), numbers: new Float32Array(0) }
  private parameters: ScoringParameters
  private readonly userSlots: FilledSlots
  private readonly userRows: Float32Array
  /** By candidate. */
  private itemPairs = new Uint32Array(0)
  private itemNumbers = new Float32Array(0)
  private itemParts = new Float32Array(0)
  private crossPairs = new Uint32Array(0)
  private crossNumbers = new Float32Array(0)
  private readonly crossSlots: FilledSlots
  private crossRows = new Float32Array(0)

  constructor(private readonly options: PackOptions) {
    const { layout, modelSet, parts } = options
    this.userSlots = new FilledSlots(layout.user)
    this.userRows = new Float32Array(layout.user.fields.length * modelSet.rankWidth)
    this.crossSlots = new FilledSlots(layout.cross)
    this.parameters = parts.open()
    this.missing = new MissingParts({ layout: layout.item, rankWidth: modelSet.rankWidth, parts })
  }

  /** Makes room for `count` candidates of a user, to be scored by what is served now. */
  begin(user: Part, count: number): void {
    this.count = count
    this.user = user
    this.parameters = this.options.parts.open()
    this.missing.clear()
    this.reserve(count)
    this.userSlots.clear(1)
    this.userSlots.add(0, user.ids, 0)
    this.crossSlots.clear(count)
  }

  /** Writes a known item's part from the index's columns, and what is kept of it. */
  writeItem(b: number, { at, stamp }: { readonly at: number; readonly stamp: number }, columns: ItemColumns): void {
    const { layout, parts } = this.options
    const { ids, numbers } = layout.item
    copy(columns.ids, 2 * at * ids, { to: this.itemPairs, at: 2 * b * ids, length: 2 * ids })
    copy(columns.numbers, at * numbers, { to: this.itemNumbers, at: b * numbers, length: numbers })
    if (!parts.read(at, this.itemParts, b * parts.width)) this.missing.add(b, { at, stamp })
  }

  /** Writes the part of an item that no index knows. */
  writeUnknownItem(b: number, { ids, numbers }: Part): void {
    this.itemPairs.set(ids, b * ids.length)
    this.itemNumbers.set(numbers, b * numbers.length)
    this.missing.add(b, undefined)
  }

  /** Writes what user, item and moment have in common. */
  writeCross(b: number, { ids, numbers }: Part): void {
    copy(ids, 0, { to: this.crossPairs, at: b * ids.length, length: ids.length })
    copy(numbers, 0, { to: this.crossNumbers, at: b * numbers.length, length: numbers.length })
    this.crossSlots.add(b, ids, 0)
  }

  /**
   * Scores all candidates: their parts of the first layer, made where they are missing, and the user's above them.
   *
   * shape   →  Float32[count]
   */
  async score({ rankItem, rankParts }: RankGraphs): Promise<Float32Array> {
    if (this.count === 0) return new Float32Array(0)
    const { parameters, missing } = this
    const feeds = this.gather()
    if (missing.count > 0) await missing.make(rankItem, parameters, this.itemParts)
    const { probabilities } = await rankParts.run(feeds)
    return probabilities
  }

  /** A candidate's item and cross ids, as scored. */
  idsOf(b: number): Uint32Array {
    const { item, cross } = this.options.layout
    const ids = new Uint32Array(2 * (item.ids + cross.ids))
    ids.set(this.itemPairs.subarray(2 * b * item.ids, 2 * (b + 1) * item.ids))
    ids.set(this.crossPairs.subarray(2 * b * cross.ids, 2 * (b + 1) * cross.ids), 2 * item.ids)
    return ids
  }

  /** A candidate's item and cross numbers, as scored. */
  numbersOf(b: number): Float32Array {
    const { item, cross } = this.options.layout
    const numbers = new Float32Array(item.numbers + cross.numbers)
    numbers.set(this.itemNumbers.subarray(b * item.numbers, (b + 1) * item.numbers))
    numbers.set(this.crossNumbers.subarray(b * cross.numbers, (b + 1) * cross.numbers), item.numbers)
    return numbers
  }

  /** The user's numbers, as scored. */
  userNumbers(): Float32Array {
    return this.user.numbers
  }

  /** All rows are read in one turn, so that they are of one step. */
  private gather(): Record<string, Feed> {
    const { count, user, parameters, options } = this
    const { layout, modelSet, parts } = options
    const { state, table } = parameters
    const { rankWidth: width } = modelSet
    const { user: ofUser, cross } = layout
    table.addHeads(this.userSlots, width, this.userRows.fill(0))
    table.addHeads(this.crossSlots, width, this.crossRows.fill(0, 0, count * cross.fields.length * width))
    if (this.missing.count > 0) this.missing.gather(table, { pairs: this.itemPairs, numbers: this.itemNumbers })
    const each = (data: Float32Array, ...shape: number[]): Feed => ({
      data: data.subarray(
        0,
        shape.reduce((a, b) => a * b, count),
      ),
      shape: [count, ...shape],
    })
    return {
      dense: { data: state.dense, shape: [state.dense.length] },
      userRows: { data: this.userRows, shape: [1, ofUser.fields.length, width] },
      userNumbers: { data: user.numbers, shape: [1, ofUser.numbers] },
      crossRows: each(this.crossRows, cross.fields.length, width),
      crossNumbers: each(this.crossNumbers, cross.numbers),
      itemParts: each(this.itemParts, parts.width),
    }
  }

  private reserve(count: number): void {
    if (count <= this.room) return
    this.room = Math.max(count, 64)
    const { layout, modelSet, parts } = this.options
    const { item, cross } = layout
    this.itemPairs = new Uint32Array(2 * this.room * item.ids)
    this.itemNumbers = new Float32Array(this.room * item.numbers)
    this.itemParts = new Float32Array(this.room * parts.width)
    this.crossPairs = new Uint32Array(2 * this.room * cross.ids)
    this.crossNumbers = new Float32Array(this.room * cross.numbers)
    this.crossRows = new Float32Array(this.room * cross.fields.length * modelSet.rankWidth)
  }
}

/** Short runs: cheaper than a view and `set`. */
function copy(from: ArrayLike<number>, start: number, into: { to: Uint32Array | Float32Array; at: number; length: number }): void {
  const { to, at, length } = into
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]
}
