import type { Table } from '@freshet/embedding'
import type { FeatureLayout, Part } from '@freshet/features'
import type { GraphRunner } from '@freshet/tensor'
import type { ItemColumns } from './item-columns'
import { writePooling } from './pooling'
import type { TowerParameters } from './towers'

/**
 * The examples of one request, packed as the rank graph takes them: the user's part once, item and cross part each.
 * What is scored here is what an impression carries away ({@link ids}, {@link numbersOf}): they are the same bytes.
 */
export class ExamplePack {
  private readonly slots: number
  private readonly itemSlots: number
  private readonly numberCount: number
  private room = 0
  private userIds: Uint32Array = new Uint32Array(0)
  /** By candidate: the pairs of item slots, then of cross slots. */
  private pairs = new Uint32Array(0)
  private gathered = new Float32Array(0)
  private rows = new Float32Array(0)
  private pooling = new Float32Array(0)
  private numbers = new Float32Array(0)

  constructor(
    private readonly layout: FeatureLayout,
    private readonly rowWidth: number,
  ) {
    const { user, item, cross } = layout
    this.itemSlots = item.ids + cross.ids
    this.slots = user.ids + this.itemSlots
    this.numberCount = user.numbers + item.numbers + cross.numbers
  }

  /** Makes room for `count` candidates and writes the user's part beside each. */
  begin(user: Part, count: number): void {
    this.reserve(count)
    this.userIds = user.ids
    const { layout, slots, numberCount, pooling, numbers } = this
    if (count === 0) return
    writePooling({ layout: layout.user, ids: user.ids, idsAt: 0 }, pooling, 0)
    for (let b = 0; b < count; b++) {
      if (b > 0) pooling.copyWithin(b * slots, 0, layout.user.ids)
      numbers.set(user.numbers, b * numberCount)
    }
  }

  /** Writes a known item's part from the index's columns. */
  writeItem(b: number, at: number, columns: ItemColumns): void {
    const { layout, itemSlots, slots, numberCount } = this
    const { ids, numbers } = layout.item
    copy(columns.ids, 2 * at * ids, { to: this.pairs, at: 2 * b * itemSlots, length: 2 * ids })
    copy(columns.pooling, at * ids, { to: this.pooling, at: b * slots + layout.user.ids, length: ids })
    copy(columns.numbers, at * numbers, { to: this.numbers, at: b * numberCount + layout.user.numbers, length: numbers })
  }

  /** Writes the part of an item that no index knows. */
  writeUnknownItem(b: number, part: Part): void {
    const { layout, itemSlots, slots, numberCount } = this
    this.pairs.set(part.ids, 2 * b * itemSlots)
    writePooling({ layout: layout.item, ids: part.ids, idsAt: 0 }, this.pooling, b * slots + layout.user.ids)
    this.numbers.set(part.numbers, b * numberCount + layout.user.numbers)
  }

  /** Writes what user, item and moment have in common. */
  writeCross(b: number, part: Part): void {
    const { layout, itemSlots, slots, numberCount } = this
    this.pairs.set(part.ids, 2 * (b * itemSlots + layout.item.ids))
    writePooling({ layout: layout.cross, ids: part.ids, idsAt: 0 }, this.pooling, b * slots + layout.user.ids + layout.item.ids)
    this.numbers.set(part.numbers, b * numberCount + layout.user.numbers + layout.item.numbers)
  }

  /**
   * Scores all candidates by the rank graph.
   *
   * shape   →  Float32[count]
   */
  async score(rank: GraphRunner, { dense, table }: TowerParameters, count: number): Promise<Float32Array> {
    if (count === 0) return new Float32Array(0)
    const { slots, numberCount, rowWidth } = this
    this.gather(table, count)
    const { probabilities } = await rank.run({
      dense: { data: dense, shape: [dense.length] },
      rows: { data: this.rows.subarray(0, count * slots * rowWidth), shape: [count, slots, rowWidth] },
      pooling: { data: this.pooling.subarray(0, count * slots), shape: [count, slots] },
      numbers: { data: this.numbers.subarray(0, count * numberCount), shape: [count, numberCount] },
    })
    return probabilities
  }

  /** A candidate's item and cross ids, as scored. */
  idsOf(b: number): Uint32Array {
    return this.pairs.subarray(2 * b * this.itemSlots, 2 * (b + 1) * this.itemSlots)
  }

  /** A candidate's item and cross numbers, as scored. */
  numbersOf(b: number): Float32Array {
    return this.numbers.subarray(b * this.numberCount + this.layout.user.numbers, (b + 1) * this.numberCount)
  }

  /** The user's numbers, as scored. */
  userNumbers(): Float32Array {
    return this.numbers.subarray(0, this.layout.user.numbers)
  }

  /** The user's rows are probed once and copied, the others probed one by one. */
  private gather(table: Table, count: number): void {
    const { layout, slots, itemSlots, rowWidth, rows, gathered } = this
    const userFloats = layout.user.ids * rowWidth
    const itemFloats = itemSlots * rowWidth
    table.gather(this.userIds, layout.user.ids, rows)
    table.gather(this.pairs, count * itemSlots, gathered)
    for (let b = 0; b < count; b++) {
      const at = b * slots * rowWidth
      if (b > 0) rows.copyWithin(at, 0, userFloats)
      rows.set(gathered.subarray(b * itemFloats, (b + 1) * itemFloats), at + userFloats)
    }
  }

  private reserve(count: number): void {
    if (count <= this.room) return
    this.room = Math.max(count, 64)
    this.pairs = new Uint32Array(2 * this.room * this.itemSlots)
    this.gathered = new Float32Array(this.room * this.itemSlots * this.rowWidth)
    this.rows = new Float32Array(this.room * this.slots * this.rowWidth)
    this.pooling = new Float32Array(this.room * this.slots)
    this.numbers = new Float32Array(this.room * this.numberCount)
  }
}

/** Short runs: cheaper than a view and `set`. */
function copy(from: ArrayLike<number>, start: number, into: { to: Uint32Array | Float32Array; at: number; length: number }): void {
  const { to, at, length } = into
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]
}
