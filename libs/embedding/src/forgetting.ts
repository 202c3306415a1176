import { ABSENT } from './absent'
import type { TableOptions } from './layout'
import type { RecordPages } from './record-pages'

const CHUNK_SHIFT = 12 // rows of a chunk: 16 KiB of steps
const CHUNK_ROWS = 1 << CHUNK_SHIFT
const LOOKED_AT = 4096 // rows a step, 16 KiB read in order
const EXPIRED_MAX = 512 // rows a step: some tenths of a millisecond
const SAMPLE = 64 // rows that are compared when one has to go
const NEVER = 0xffffffff // stands for a row that nobody has: it is never the one that was met longest ago

/** What forgetting goes on from. */
interface Progress extends Pick<TableOptions, 'expireAfterSteps'> {
  readonly hand: number
}

/**
 * In which step each row was last met, and which rows a table gives up. A function of steps and calls only.
 *
 * A hand goes round over the rows. Whatever it has passed was either met lately or is given up.
 *
 * cost    four bytes a row; a step looks at no more than {@link LOOKED_AT} of them, and a birth into a full table at {@link SAMPLE}
 */
export class Forgetting {
  /** The row that is looked at next. */
  hand = 0
  /** The step that is under way. */
  private now = 0
  private readonly chunks: Uint32Array[] = []

  constructor(private readonly expireAfterSteps = 0) {}

  /** Goes on with records that were read: each one says when it was last met. */
  static from({ words, rowShift, rowMask, layout, size }: RecordPages, { expireAfterSteps, hand }: Progress): Forgetting {
    const forgetting = new Forgetting(expireAfterSteps)
    forgetting.hand = hand
    for (let row = 0; row < size; row++) {
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * layout.stride
      const isFree = (page[at + layout.key] | page[at + layout.key + 1]) === 0
      forgetting.set(row, isFree ? NEVER : page[at + layout.lastSeen])
    }
    return forgetting
  }

  /** A step has met these rows; none of them is given up in it. */
  meet(rows: Uint32Array, step: number): void {
    this.now = step
    for (let i = 0; i < rows.length; i++) if (rows[i] !== ABSENT) this.chunks[rows[i] >>> CHUNK_SHIFT][rows[i] & (CHUNK_ROWS - 1)] = step
  }

  /** A row was born in the step that is under way. */
  born(row: number): void {
    this.set(row, this.now)
  }

  /** A row was last met in a step; in none, where its values came from elsewhere. */
  set(row: number, step: number): void {
    while (row >>> CHUNK_SHIFT >= this.chunks.length) this.chunks.push(new Uint32Array(CHUNK_ROWS))
    this.chunks[row >>> CHUNK_SHIFT][row & (CHUNK_ROWS - 1)] = step
  }

  /** Nobody has this row. */
  free(row: number): void {
    this.set(row, NEVER)
  }

  /**
   * The row that was met longest ago among the next {@link SAMPLE} ones, the first of them where several were; ABSENT where all were met in the step that
   * is under way.
   *
   * source  approximated LRU, as Redis evicts under maxmemory-policy allkeys-lru
   */
  oldest(size: number): number {
    let oldest = ABSENT
    let least = this.now
    for (let i = Math.min(SAMPLE, size); i > 0; i--) {
      const row = this.next(size)
      const met = this.metIn(row)
      if (met >= least) continue
      oldest = row
      least = met
    }
    return oldest
  }

  /** Of the rows that a step looks at, those that were not met in the last `expireAfterSteps` steps. */
  due(size: number, step: number): number[] {
    this.now = step
    const rows: number[] = []
    if (this.expireAfterSteps === 0) return rows
    for (let i = Math.min(LOOKED_AT, size); i > 0 && rows.length < EXPIRED_MAX; i--) {
      const row = this.next(size)
      if (this.metIn(row) <= step - this.expireAfterSteps) rows.push(row)
    }
    return rows
  }

  /** The rows below `size` that were last met in a step. Cost: a look at each. */
  *rowsMetIn(step: number, size: number): Iterable<number> {
    for (let row = 0; row < size; row++) if (this.metIn(row) === step) yield row
  }

  private next(size: number): number {
    const row = this.hand < size ? this.hand : 0
    this.hand = row + 1
    return row
  }

  private metIn(row: number): number {
    return this.chunks[row >>> CHUNK_SHIFT][row & (CHUNK_ROWS - 1)]
  }
}

/** What the steps of rows below `end` take. */
export const forgettingBytes = (end: number): number => 4 * CHUNK_ROWS * Math.ceil(end / CHUNK_ROWS)
