import { PreconditionError } from '@freshet/kernel'
import { ABSENT } from './absent'
import { Admission } from './admission'
import { Forgetting, forgettingBytes } from './forgetting'
import { addHeads, type Bags } from './heads'
import { InitialValues } from './initial-values'
import { layoutOf, type RecordLayout, type TableOptions } from './layout'
import { rowsWithin } from './memory-bound'
import { PreImages } from './pre-images'
import { RecordPages } from './record-pages'
import { RowIndex } from './row-index'
import { RowLearner } from './row-learner'
import { RowSet, rowSetBytes } from './row-set'
import { forgettingOf, isForgetful, TableReader, tableParts, type ByteDigest, type NamedBytes, type TablePart } from './table-parts'
import { TableScan } from './table-scan'

/** The buffers of a table: pages of records, and the slots of each part of the index. */
export interface TableMemory {
  readonly pages: readonly ArrayBufferLike[]
  readonly index: readonly ArrayBufferLike[]
}

/** Opens an empty table. Throws InvalidFieldError where the options contradict each other. */
export const openTable = (options: TableOptions): Table => new Table(options)

/**
 * A collisionless embedding table: from 64-bit ids to rows of floats, born as they are met, each id its own.
 *
 * The same calls in the same order give the same bytes, in any process. Ids are pairs (lo, hi) in a Uint32Array; the pair (0, 0)
 * stands for no id: it has no row, and zeros for values. Rows stay for ever, unless the options say when they are given up; then each step tells which rows it
 * meets ({@link rowsOf} does), and lets others expire ({@link expire}).
 */
export class Table {
  readonly layout: RecordLayout
  private pages: RecordPages
  private index: RowIndex
  private admission: Admission
  /** Where rows are given up. */
  private forgetting: Forgetting | undefined
  /** How many rows have room within the bound of the options; Infinity where there is none. */
  readonly rowsMax: number
  /** Pairs of ids whose rows were given up since that was last told. */
  private gone: number[] = []
  /** How often ids were deleted: whoever keeps places of rows from one step to the next looks them up again. */
  deletions = 0
  /** How many rows were given up since the table was opened: those that nobody came back to, and those whose place was wanted. */
  readonly givenUp = { expired: 0, displaced: 0 }
  private readonly initial: InitialValues
  /** Moves rows by the optimisers of the options. */
  readonly learner: RowLearner

  constructor(private readonly options: TableOptions) {
    this.layout = layoutOf(options)
    this.pages = new RecordPages(this.layout, options)
    this.rowsMax = rowsWithin({ ...options, layout: this.layout })
    this.index = this.indexOf(options.rowsExpected)
    this.admission = new Admission(options.admission)
    this.forgetting = isForgetful(options) ? new Forgetting(options.expireAfterSteps) : undefined
    this.initial = new InitialValues(options)
    this.learner = new RowLearner(this.layout, options.optimisers ?? [])
  }

  /** Floats of a row's vector. */
  get width(): number {
    return this.layout.width
  }

  /** How many ids have a row. */
  get size(): number {
    return this.pages.size - this.pages.freeCount
  }

  /**
   * What the table holds of memory, as far as it is written: records, index, admission counters, a bit a row for the next increment, and a step a row where
   * rows are given up. What a scan keeps while it is under way is its own: see {@link TableScan.heldBytes}.
   */
  get bytes(): number {
    const { pages, index, admission, forgetting } = this
    const perRow = rowSetBytes(pages.size) + (forgetting ? forgettingBytes(pages.size) : 0)
    return pages.bytes + index.bytes + admission.counters.byteLength + perRow
  }

  /**
   * The rows of distinct ids for a step that learns from them: missing ones are born, in order; each one's frequency and
   * last-seen step are counted. ABSENT for the empty pair, for ids that are not admitted yet, and for those that have no room.
   */
  rowsOf(pairs: Uint32Array, count: number, { step }: { step: number }): Uint32Array {
    const rows = this.bearAll(pairs, count, { step })
    this.sight(rows, step)
    return rows
  }

  /** As {@link rowsOf}, for a step that may turn out to be none: nothing is counted before {@link sight}. */
  bearAll(pairs: Uint32Array, count: number, { step }: { step: number }): Uint32Array {
    const rows = this.index.findAll(pairs, count)
    this.meet(rows, { step })
    for (let i = 0; i < count; i++) if (rows[i] === ABSENT) rows[i] = this.bear(pairs[2 * i], pairs[2 * i + 1])
    return rows
  }

  /** The records, for loops over them: see {@link RecordPages}. Whoever is about to change some says so first, by {@link touch}. */
  get records(): RecordPages {
    return this.pages
  }

  /** The rows of distinct ids, ABSENT where there is none; nothing is born or counted. */
  find(pairs: Uint32Array, count: number, rows: Uint32Array): void {
    this.index.findAll(pairs, count, rows)
  }

  /** Says which rows a step has met, before any is born or expires in it: whoever finds rows without {@link rowsOf} does this first. */
  meet(rows: Uint32Array, { step }: { step: number }): void {
    this.forgetting?.meet(rows, step)
  }

  /**
   * Gives up rows that were not met for the `expireAfterSteps` of the options, among some thousand that have their turn; once a step, after its births.
   * Returns the ids, as pairs, of all rows that were given up since the call before, for want of room too: they read as what they
   * would be born with.
   */
  expire({ step }: { step: number }): Uint32Array {
    for (const row of this.forgetting?.due(this.pages.size, step) ?? []) this.giveUp(row, 'expired')
    const ids = Uint32Array.from(this.gone)
    this.gone = []
    return ids
  }

  /** Takes rows from ids, which are then like ids that were never met; one that has none stays without. Returns how many had one. */
  delete(pairs: Uint32Array, count: number): number {
    let deleted = 0
    for (let i = 0; i < count; i++) {
      const [lo, hi] = [pairs[2 * i], pairs[2 * i + 1]]
      const row = (lo | hi) === 0 ? ABSENT : this.index.find(lo, hi)
      if (row === ABSENT) continue
      this.free(row, lo, hi)
      deleted++
    }
    if (deleted > 0) this.deletions++
    return deleted
  }

  /** Says that rows are about to change. */
  touch(rows: Uint32Array): void {
    this.pages.touch(rows)
  }

  /** What a shared table consists of, for another thread's {@link adopt}: it is extended by growth, and replaced by a restore. */
  get memory(): TableMemory {
    return { pages: this.pages.words.map(({ buffer }) => buffer), index: this.index.memory }
  }

  /** Sees a part of the table that another thread writes: from then on this one only reads, and moves rows that it is told to. */
  adopt(part: keyof TableMemory, i: number, buffer: ArrayBufferLike): void {
    if (part === 'pages') this.pages.adopt(i, buffer)
    else this.index.adopt(i, buffer)
  }

  /** The vectors of `count` ids; an id without a row has the vector that it would be born with. Nothing is born. */
  gather(pairs: Uint32Array, count: number, out: Float32Array): void {
    this.gatherRows(this.index.findAll(pairs, count), pairs, out)
  }

  /** As {@link gather}, without a probe: `rows` are what {@link rowsOf} gave for `pairs`. */
  gatherRows(rows: Uint32Array, pairs: Uint32Array, out: Float32Array): void {
    const { floats, rowShift, rowMask } = this.pages
    const { width, stride } = this.layout
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      const to = i * width
      if (row === ABSENT) {
        this.readUnborn(pairs[2 * i], pairs[2 * i + 1], out.subarray(to, to + width))
      } else {
        const page = floats[row >>> rowShift]
        const at = (row & rowMask) * stride
        for (let k = 0; k < width; k++) out[to + k] = page[at + k]
      }
    }
  }

  /**
   * Adds weighted heads of vectors to the sums that they belong to: their first `width` floats, what one model reads of rows that several share.
   *
   * shape   {@link Bags} of `count` occurrences  →  out Float32[bags, width], to which is added
   * math    out[bags[i]] += weights[i] · vector[i]
   * cost    one probe for each distinct id, however often it occurs
   * source  torch.nn.EmbeddingBag(mode='sum', per_sample_weights=...)
   */
  addHeads(bags: Bags, width: number, out: Float32Array): void {
    const { index, pages, initial } = this
    addHeads({ index, pages, initial }, bags, { width, out })
  }

  /**
   * One step of distinct rows, each segment by its own optimiser; ABSENT rows are passed over. See {@link RowLearner}.
   *
   * shape   rows Uint32[count], gradients Float32[count, width], reduced over the occurrences; `rate` multiplies all learning rates
   */
  learn(rows: Uint32Array, gradients: Float32Array, { rate }: { rate: number }): void {
    const { pages, learner, width } = this
    pages.touch(rows)
    learner.turnTo(rate)
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] === ABSENT) continue
      const page = rows[i] >>> pages.rowShift
      learner.gradient.set(gradients.subarray(i * width, (i + 1) * width))
      learner.learn(pages.floats[page], pages.words[page], (rows[i] & pages.rowMask) * this.layout.stride)
    }
  }

  /** Takes over vectors that another table computed; accumulators and counters stay as they are (0 for a new id). */
  assign(pairs: Uint32Array, count: number, values: Float32Array): void {
    const { floats, rowShift, rowMask } = this.pages
    const { width, stride } = this.layout
    for (let i = 0; i < count; i++) {
      const lo = pairs[2 * i]
      const hi = pairs[2 * i + 1]
      if ((lo | hi) === 0) continue
      const found = this.index.find(lo, hi)
      const row = found === ABSENT ? this.add(lo, hi) : found
      if (row === ABSENT) continue
      if (found === ABSENT) this.forgetting?.set(row, 0)
      this.pages.touchOne(row)
      const page = floats[row >>> rowShift]
      const at = (row & rowMask) * stride
      for (let k = 0; k < width; k++) page[at + k] = values[i * width + k]
    }
  }

  /**
   * The whole state as named tensors: a header, then the pages as they lie in memory. No copies: each part shows the page as it
   * is when it is read, so finish with them before the next step, or copy.
   */
  serialise(): Iterable<TablePart> {
    const { pages, admission, hand } = this
    return tableParts(this.options, { pages, counters: admission.counters, hand })
  }

  /**
   * Begins to read the table as it is now, while it goes on: a record is kept before it changes for the first time.
   *
   * cost    a block's copy a slice, and what {@link PreImages} says
   * throws  PreconditionError while another scan is under way
   */
  scan(): TableScan {
    const { options, pages, admission } = this
    if (pages.images) throw new PreconditionError('a scan of the table is under way', 'close it first')
    const touched = pages.touched
    const images = new PreImages(pages)
    const forgetting = forgettingOf(options, pages, this.hand)
    pages.touched = new RowSet()
    pages.images = images
    return new TableScan({ options, pages, images, counters: admission.counters.slice(), forgetting, touched }, (isSealed) => {
      if (pages.images !== images) return
      pages.images = undefined
      if (!isSealed) pages.touched.addAll(touched)
    })
  }

  /**
   * Becomes what {@link serialise} gave, and the layers that {@link TableScan} gave after it, exactly; nothing changes where it throws
   * CorruptError or PreconditionError.
   */
  restore(parts: Iterable<NamedBytes>): void {
    const reader = this.reading()
    for (const part of parts) reader.take(part)
    this.finish(reader)
  }

  /** As {@link restore}, from a stream: only one part need be in memory beside the table. */
  async restoreFrom(parts: AsyncIterable<NamedBytes> | Iterable<NamedBytes>): Promise<void> {
    const reader = this.reading()
    for await (const part of parts) reader.take(part)
    this.finish(reader)
  }

  /** Begins a restore that takes part by part; {@link finish} ends it. */
  reading(): TableReader {
    return new TableReader(this.options)
  }

  /** Becomes what a reader was given; nothing changes where it throws CorruptError or PreconditionError. */
  finish(reader: TableReader): void {
    const { pages, counters, hand } = reader.finish()
    this.pages = pages
    this.index = this.indexOf(pages.size)
    this.index.insertAll(pages)
    this.admission = new Admission(this.options.admission)
    this.admission.counters.set(counters)
    if (this.forgetting) this.forgetting = Forgetting.from(pages, { ...this.options, hand })
    this.gone = []
  }

  /** Digests every row, in order of birth, and whatever else the next step depends on. */
  digestInto(hash: ByteDigest): void {
    for (const { bytes } of this.serialise()) hash.update(bytes)
  }

  /** The row of an id that had none when it was looked for: its new one, or ABSENT where it may have none yet. */
  bear(lo: number, hi: number): number {
    if ((lo | hi) === 0) return ABSENT
    const found = this.index.find(lo, hi)
    if (found !== ABSENT || !this.admission.admit(lo, hi)) return found
    const row = this.add(lo, hi)
    if (row === ABSENT) return row
    const { floats, rowShift, rowMask } = this.pages
    this.initial.of(lo, hi).into(floats[row >>> rowShift], (row & rowMask) * this.layout.stride)
    return row
  }

  /** Counts a step that has met these rows. */
  sight(rows: Uint32Array, step: number): void {
    this.pages.touch(rows)
    const { words, rowShift, rowMask } = this.pages
    const { stride, frequency, lastSeen } = this.layout
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      if (row === ABSENT) continue
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * stride
      if (page[at + frequency] !== FREQUENCY_MAX) page[at + frequency]++
      page[at + lastSeen] = step
    }
  }

  /** A step has turned out to be none: its rows were met all the same, and say so also to who reads them from a version. Nothing else is counted. */
  keepMeetings(step: number): void {
    const { pages, layout } = this
    for (const row of this.forgetting?.rowsMetIn(step, pages.size) ?? []) {
      pages.touchOne(row)
      pages.words[row >>> pages.rowShift][(row & pages.rowMask) * layout.stride + layout.lastSeen] = step
    }
  }

  private add(lo: number, hi: number): number {
    if (!this.makeRoom()) return ABSENT
    const row = this.pages.add(lo, hi)
    this.index.insert(lo, hi, row)
    this.forgetting?.born(row)
    return row
  }

  /** False where the table is full, and of nothing but rows of the step that is under way. */
  private makeRoom(): boolean {
    const { pages, forgetting, rowsMax } = this
    if (pages.freeCount > 0 || pages.size < rowsMax || !forgetting) return true
    const row = forgetting.oldest(pages.size)
    if (row !== ABSENT) this.giveUp(row, 'displaced')
    return row !== ABSENT
  }

  private giveUp(row: number, reason: keyof Table['givenUp']): void {
    this.givenUp[reason]++
    const { words, rowShift, rowMask, layout } = this.pages
    const page = words[row >>> rowShift]
    const at = (row & rowMask) * layout.stride + layout.key
    this.gone.push(page[at], page[at + 1])
    this.free(row, page[at], page[at + 1])
  }

  private free(row: number, lo: number, hi: number): void {
    this.index.remove(lo, hi, row)
    this.pages.free(row)
    this.forgetting?.free(row)
  }

  private indexOf(rowsExpected = 0): RowIndex {
    const isBounded = this.rowsMax < Infinity
    return new RowIndex({ ...this.options, isBounded, rowsExpected: isBounded ? this.rowsMax : rowsExpected })
  }

  private get hand(): number {
    return this.forgetting?.hand ?? 0
  }

  /** The vector that an id would be born with; zeros for the empty pair. */
  readUnborn(lo: number, hi: number, out: Float32Array): void {
    if ((lo | hi) === 0) out.fill(0)
    else this.initial.of(lo, hi).into(out, 0)
  }
}

const FREQUENCY_MAX = 0xffffffff
