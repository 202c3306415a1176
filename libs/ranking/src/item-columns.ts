/** How wide each item's record is. */
export interface ColumnWidths {
  readonly ids: number
  readonly numbers: number
  readonly vector: number
}

/** What is known of all items, by column: one array each, so that passes over all items touch only what they need. */
export class ItemColumns {
  capacity = 0
  /** 1: may be listed. */
  available = new Uint8Array(0)
  /** The item part: id pairs, the pooling of its slots, numbers. */
  ids = new Uint32Array(0)
  pooling = new Float32Array(0)
  numbers = new Float32Array(0)
  popular = new Float32Array(0)
  trending = new Float32Array(0)
  createdMs = new Float64Array(0)
  /** What the item tower made, and how long its direction is: 0 where nothing has been made yet. */
  vectors = new Float32Array(0)
  lengths = new Float32Array(0)
  /** How often the features of an item, or rows that few share, have changed. */
  changes = new Uint32Array(0)

  constructor(readonly widths: ColumnWidths) {}

  /** Makes room for `count` items; what is there stays. */
  reserve(count: number): void {
    if (count <= this.capacity) return
    this.capacity = Math.max(CAPACITY_FIRST, 2 ** Math.ceil(Math.log2(count)))
    const { ids, numbers, vector } = this.widths
    this.available = grown(this.available, new Uint8Array(this.capacity))
    this.ids = grown(this.ids, new Uint32Array(this.capacity * ids * 2))
    this.pooling = grown(this.pooling, new Float32Array(this.capacity * ids))
    this.numbers = grown(this.numbers, new Float32Array(this.capacity * numbers))
    this.popular = grown(this.popular, new Float32Array(this.capacity))
    this.trending = grown(this.trending, new Float32Array(this.capacity))
    this.createdMs = grown(this.createdMs, new Float64Array(this.capacity))
    this.vectors = grown(this.vectors, new Float32Array(this.capacity * vector))
    this.lengths = grown(this.lengths, new Float32Array(this.capacity))
    this.changes = grown(this.changes, new Uint32Array(this.capacity))
  }
}

const CAPACITY_FIRST = 1024

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}
