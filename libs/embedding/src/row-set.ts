/** Rows, each once: a bit a row. */
export class RowSet {
  size = 0
  private words = new Uint32Array(64)

  /** Adds a row; true where it was not there. */
  add(row: number): boolean {
    const at = row >>> 5
    if (at >= this.words.length) this.grow(at)
    const bit = 1 << (row & 31)
    if ((this.words[at] & bit) !== 0) return false
    this.words[at] |= bit
    this.size++
    return true
  }

  addAll(other: RowSet): void {
    for (const row of other.rows()) this.add(row)
  }

  /** All of them, rising. */
  rows(): Uint32Array {
    return this.between(0, 32 * this.words.length)
  }

  /** Those from `from` on and below `to`, rising. */
  between(from: number, to: number): Uint32Array {
    const rows = new Uint32Array(Math.min(this.size, to - from))
    let count = 0
    for (let at = from >>> 5; at < this.words.length && at * 32 < to; at++) {
      for (let left = this.words[at]; left !== 0; left &= left - 1) {
        const row = at * 32 + 31 - Math.clz32(left & -left)
        if (row >= from && row < to) rows[count++] = row
      }
    }
    return rows.subarray(0, count)
  }

  private grow(at: number): void {
    const before = this.words
    this.words = new Uint32Array(Math.max(at + 1, 2 * before.length))
    this.words.set(before)
  }
}
