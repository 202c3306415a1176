import { CorruptError } from '@freshet/kernel'
import { ABSENT } from './absent'
import type { RecordLayout, TableOptions } from './layout'
import type { PreImages } from './pre-images'
import { RowSet } from './row-set'

const PAGE_BYTES = 4 << 20 // small beside a version, and a billion parameters are a thousand pages
const LINE_WORDS = 16 // of 64 bytes, on all processors that we know
const SHARED_PAGE_BYTES = 64 << 20 // other threads hear of each page; the system gives memory to what is written only

/**
 * Records one after the other, in the order of their births, in pages that never move: growth allocates a page and copies nothing.
 * Each page is seen as floats and as words over the same bytes.
 */
export class RecordPages {
  readonly floats: Float32Array[] = []
  readonly words: Uint32Array[] = []
  readonly rowShift: number
  readonly rowMask: number
  /** How many rows there are, those that nobody has among them. */
  size = 0
  /** Rows that nobody has: 1 + the one that was freed last, whose record's first word names the one before it; 0 ends the list. */
  freed = 0
  /** How many there are. */
  freeCount = 0
  /** What {@link approach} read last: a loop whose result nobody keeps may be left out by a compiler. */
  met = 0
  private readonly Memory: new (bytes: number) => ArrayBuffer | SharedArrayBuffer
  /** The rows that were changed since the last scan began. */
  touched = new RowSet()
  /** Where a scan that is under way keeps what is about to change. */
  images: PreImages | undefined

  constructor(
    readonly layout: RecordLayout,
    { isShared = false, pageBytes = isShared ? SHARED_PAGE_BYTES : PAGE_BYTES }: Pick<TableOptions, 'pageBytes' | 'isShared'> = {},
  ) {
    this.Memory = isShared ? SharedArrayBuffer : ArrayBuffer
    this.rowShift = 31 - Math.clz32(pageBytes / (layout.stride * 4))
    this.rowMask = (1 << this.rowShift) - 1
  }

  /** Adds a record that holds its key and zeros; returns its row: the one that was freed last, or else a new one. */
  add(lo: number, hi: number): number {
    const row = this.freeCount > 0 ? this.reuse() : this.size++
    const page = row >>> this.rowShift
    if (page === this.floats.length) this.allocate()
    const at = (row & this.rowMask) * this.layout.stride + this.layout.key
    this.words[page][at] = lo
    this.words[page][at + 1] = hi
    this.touched.add(row)
    return row
  }

  /** Takes a row back: its record holds zeros, but for its place in the list of those that nobody has. */
  free(row: number): void {
    this.touchOne(row)
    const page = this.words[row >>> this.rowShift]
    const at = (row & this.rowMask) * this.layout.stride
    page.fill(0, at, at + this.layout.stride)
    page[at] = this.freed
    this.freed = row + 1
    this.freeCount++
  }

  /** Whether a list of free rows is what {@link free} made of them. */
  isFree(first: number, count: number): boolean {
    let after = first
    for (let i = 0; i < count; i++) {
      if (after === 0 || after > this.size) return false
      const page = this.words[(after - 1) >>> this.rowShift]
      const at = ((after - 1) & this.rowMask) * this.layout.stride
      if ((page[at + this.layout.key] | page[at + this.layout.key + 1]) !== 0) return false
      after = page[at]
    }
    return after === 0
  }

  /**
   * Reads a word of each cache line of the records that `rows` names from `from` on and before `to`, and nothing else: loops so short that the
   * processor has a dozen cache misses under way at once. Whoever works on the records next meets them in its cache.
   *
   * cost    a fifth of the time that the same misses take one after the other
   */
  approach(rows: Uint32Array, from: number, to: number): void {
    const { stride } = this.layout
    let met = 0
    for (let word = 0; word < stride; word += 2 * LINE_WORDS) {
      const isLast = word + 2 * LINE_WORDS >= stride
      met |= this.meet(rows, [from, to], [word, isLast ? stride - 1 : word + LINE_WORDS])
    }
    this.met = met
  }

  /** Reads two words of each record. */
  private meet(rows: Uint32Array, [from, to]: readonly [number, number], [first, second]: readonly [number, number]): number {
    const { words, rowShift, rowMask } = this
    const { stride } = this.layout
    let met = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]
      if (row === ABSENT) continue
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * stride
      met |= page[at + first] | page[at + second]
    }
    return met
  }

  /** Says that rows are about to change. */
  touch(rows: Uint32Array): void {
    for (let i = 0; i < rows.length; i++) if (rows[i] !== ABSENT) this.touchOne(rows[i])
  }

  /** As {@link touch}. */
  touchOne(row: number): void {
    if (this.touched.add(row)) this.images?.keep(row)
  }

  /** The bytes of a page that hold records, as they lie in memory. */
  filledBytes(page: number): Uint8Array {
    const rows = Math.min(this.size - page * this.rowsPerPage, this.rowsPerPage)
    return new Uint8Array(this.words[page].buffer, 0, rows * this.layout.stride * 4)
  }

  /** Adds whole records as {@link filledBytes} gave them. */
  append(records: Uint8Array): void {
    const recordBytes = this.layout.stride * 4
    for (let done = 0; done < records.byteLength;) {
      const page = this.size >>> this.rowShift
      if (page === this.words.length) this.allocate()
      const at = (this.size & this.rowMask) * recordBytes
      const some = records.subarray(done, done + this.rowsPerPage * recordBytes - at)
      new Uint8Array(this.words[page].buffer).set(some, at)
      this.size += some.byteLength / recordBytes
      done += some.byteLength
    }
  }

  /** Puts whole records into their rows, rising; the first row that is not there yet is the next one to be born. */
  put(rows: Uint32Array, records: Uint8Array): void {
    const recordBytes = this.layout.stride * 4
    for (let i = 0; i < rows.length; i++) {
      const record = records.subarray(i * recordBytes, (i + 1) * recordBytes)
      if (rows[i] > this.size)
        throw new CorruptError('table.rows', `row ${rows[i]} follows ${this.size} rows`, 'restore from another version')
      if (rows[i] === this.size) this.append(record)
      else new Uint8Array(this.words[rows[i] >>> this.rowShift].buffer).set(record, (rows[i] & this.rowMask) * recordBytes)
    }
  }

  get rowsPerPage(): number {
    return this.rowMask + 1
  }

  /** What of the pages is written: the system gives memory to no more. */
  get bytes(): number {
    return this.size * this.layout.stride * 4
  }

  /** Sees a page of the table that another thread writes. */
  adopt(page: number, buffer: ArrayBufferLike): void {
    this.floats[page] = new Float32Array(buffer)
    this.words[page] = new Uint32Array(buffer)
  }

  private reuse(): number {
    const row = this.freed - 1
    this.touchOne(row)
    const page = this.words[row >>> this.rowShift]
    const at = (row & this.rowMask) * this.layout.stride
    this.freed = page[at]
    page[at] = 0
    this.freeCount--
    return row
  }

  private allocate(): void {
    const buffer = new this.Memory(this.rowsPerPage * this.layout.stride * 4)
    this.floats.push(new Float32Array(buffer))
    this.words.push(new Uint32Array(buffer))
  }
}
