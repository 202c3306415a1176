import type { RecordPages } from './record-pages'

const SLOTS = 1024 // records that memory is taken for at a time
const BLOCKS_PER_PAGE_SHIFT = 2 // a quarter of a page, a megabyte by default: hashed and copied in two milliseconds
const BLOCK_BYTES_MAX = 1 << 20 // also where pages are large

/**
 * Records as they were at one moment, while a reader goes over them block by block and the table goes on.
 *
 * Whoever is about to change a record that the reader has not passed puts it here first, once. A block's records are given back to
 * the reader and forgotten.
 *
 * cost    a record's bytes for each one that is changed before the reader comes to it, so never more than the table itself
 */
export class PreImages {
  readonly blocks: number
  private readonly size: number
  private readonly blockShift: number
  /** By block: 1 + the slot of the record that was kept last. */
  private readonly heads: Uint32Array
  /** By slot: 1 + the slot of the one before it, in its block or among the free ones. */
  private after = new Uint32Array(0)
  private rows = new Uint32Array(0)
  private readonly records: Uint32Array[] = []
  private free = 0
  private passed = 0
  private kept = 0

  constructor(private readonly pages: RecordPages) {
    this.size = pages.size
    const most = 31 - Math.clz32(BLOCK_BYTES_MAX / (pages.layout.stride * 4))
    this.blockShift = Math.max(0, Math.min(pages.rowShift - BLOCKS_PER_PAGE_SHIFT, most))
    this.blocks = Math.ceil(this.size / (1 << this.blockShift))
    this.heads = new Uint32Array(this.blocks)
  }

  /** What is held of memory for the reader's sake. */
  get heldBytes(): number {
    return this.kept * this.pages.layout.stride * 4
  }

  /** Keeps a record that is about to change for the first time. */
  keep(row: number): void {
    const block = row >>> this.blockShift
    if (row >= this.size || block < this.passed) return
    const slot = this.takeSlot()
    this.rows[slot] = row
    this.after[slot] = this.heads[block]
    this.heads[block] = slot + 1
    this.kept++
    const { words, rowShift, rowMask, layout } = this.pages
    const [page, record] = [words[row >>> rowShift], this.records[Math.floor(slot / SLOTS)]]
    const [from, to] = [(row & rowMask) * layout.stride, (slot % SLOTS) * layout.stride]
    for (let i = 0; i < layout.stride; i++) record[to + i] = page[from + i]
  }

  /** The records of the next block, a copy. */
  next(): { readonly firstRow: number; readonly words: Uint32Array } {
    const { words, rowShift, rowMask, layout } = this.pages
    const firstRow = this.passed << this.blockShift
    const rows = Math.min(this.size - firstRow, 1 << this.blockShift)
    const from = (firstRow & rowMask) * layout.stride
    const copy = words[firstRow >>> rowShift].slice(from, from + rows * layout.stride)
    for (let after = this.heads[this.passed]; after !== 0; after = this.release(after - 1)) {
      const slot = after - 1
      const at = (slot % SLOTS) * layout.stride
      copy.set(this.records[Math.floor(slot / SLOTS)].subarray(at, at + layout.stride), (this.rows[slot] - firstRow) * layout.stride)
    }
    this.passed++
    return { firstRow, words: copy }
  }

  private takeSlot(): number {
    if (this.free === 0) this.grow()
    const slot = this.free - 1
    this.free = this.after[slot]
    return slot
  }

  /** Frees a slot; returns what stood behind it. */
  private release(slot: number): number {
    const next = this.after[slot]
    this.after[slot] = this.free
    this.free = slot + 1
    this.kept--
    return next
  }

  private grow(): void {
    const first = this.records.length * SLOTS
    this.records.push(new Uint32Array(SLOTS * this.pages.layout.stride))
    if (first + SLOTS > this.rows.length) {
      this.rows = enlarged(this.rows, 2 * first + SLOTS)
      this.after = enlarged(this.after, 2 * first + SLOTS)
    }
    for (let slot = first + SLOTS - 1; slot >= first; slot--) {
      this.after[slot] = this.free
      this.free = slot + 1
    }
  }
}

function enlarged(before: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const after = new Uint32Array(length)
  after.set(before)
  return after
}
