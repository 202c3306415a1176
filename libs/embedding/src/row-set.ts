const CHUNK_SHIFT = 15 // rows of a chunk: 4 KiB of bits
const CHUNK_ROWS = 1 << CHUNK_SHIFT
const CHUNK_WORDS = CHUNK_ROWS / 32

/** Rows, each once: a bit a row, in chunks, so that nothing is copied as it grows. */
export class RowSet {
  size = 0
  private readonly chunks: Uint32Array[] = []

  /** Adds a row; true where it was not there. */
  add(row: number): boolean {
    while (row >>> CHUNK_SHIFT >= this.chunks.length) this.chunks.push(new Uint32Array(CHUNK_WORDS))
    const words = this.chunks[row >>> CHUNK_SHIFT]
    const at = (row & (CHUNK_ROWS - 1)) >>> 5
    const bit = 1 << (row & 31)
    if ((words[at] & bit) !== 0) return false
    words[at] |= bit
    this.size++
    return true
  }

  addAll(other: RowSet): void {
    for (const row of other.rows()) this.add(row)
  }

  /** All of them, rising. */
  rows(): Uint32Array {
    return this.between(0, CHUNK_ROWS * this.chunks.length)
  }

  /** Those from `from` on and below `to`, rising. */
  between(from: number, to: number): Uint32Array {
    const rows = new Uint32Array(Math.min(this.size, to - from))
    const end = Math.min(to, CHUNK_ROWS * this.chunks.length)
    let count = 0
    for (let first = from - (from % 32); first < end; first += 32) {
      const word = this.chunks[first >>> CHUNK_SHIFT][(first & (CHUNK_ROWS - 1)) >>> 5]
      for (let left = word; left !== 0; left &= left - 1) {
        const row = first + 31 - Math.clz32(left & -left)
        if (row >= from && row < to) rows[count++] = row
      }
    }
    return rows.subarray(0, count)
  }
}

/** What a set that holds rows below `end` takes. */
export const rowSetBytes = (end: number): number => 4 * CHUNK_WORDS * Math.ceil(end / CHUNK_ROWS)
