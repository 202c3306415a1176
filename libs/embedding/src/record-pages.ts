import type { RecordLayout } from './layout'

const PAGE_BYTES = 4 << 20 // small beside a version, and a billion parameters are a thousand pages

/**
 * Records one after the other, in the order of their births, in pages that never move: growth allocates a page and copies nothing.
 * Each page is seen as floats and as words over the same bytes.
 */
export class RecordPages {
  readonly floats: Float32Array[] = []
  readonly words: Uint32Array[] = []
  readonly rowShift: number
  readonly rowMask: number
  size = 0

  constructor(
    readonly layout: RecordLayout,
    pageBytes = PAGE_BYTES,
  ) {
    this.rowShift = 31 - Math.clz32(pageBytes / (layout.stride * 4))
    this.rowMask = (1 << this.rowShift) - 1
  }

  /** Adds a record that holds its key and zeros; returns its row. */
  add(lo: number, hi: number): number {
    const row = this.size++
    const page = row >>> this.rowShift
    if (page === this.floats.length) this.allocate()
    const at = (row & this.rowMask) * this.layout.stride + this.layout.key
    this.words[page][at] = lo
    this.words[page][at + 1] = hi
    return row
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

  get rowsPerPage(): number {
    return this.rowMask + 1
  }

  get bytes(): number {
    return this.floats.length * this.rowsPerPage * this.layout.stride * 4
  }

  private allocate(): void {
    const buffer = new ArrayBuffer(this.rowsPerPage * this.layout.stride * 4)
    this.floats.push(new Float32Array(buffer))
    this.words.push(new Uint32Array(buffer))
  }
}
