import { PreconditionError } from '@freshet/kernel'
import { ABSENT, EMPTY } from './absent'
import { stepAdagrad } from './adagrad'
import { Admission } from './admission'
import { InitialValues } from './initial-values'
import { layoutOf, type RecordLayout, type TableOptions } from './layout'
import { PreImages } from './pre-images'
import { RecordPages } from './record-pages'
import { RowIndex } from './row-index'
import { RowLearner } from './row-learner'
import { RowSet } from './row-set'
import { TableReader, tableParts, type ByteDigest, type NamedBytes, type TablePart } from './table-parts'
import { TableScan } from './table-scan'
import { unique, type Unique } from './unique'

/** Occurrences of ids, and the sums that they belong to. */
export interface Bags {
  /** Pairs (lo, hi). */
  readonly pairs: Uint32Array
  readonly weights: Float32Array
  /** By occurrence: the number of its sum. */
  readonly bags: Uint32Array
  readonly count: number
}

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
 * stands for no id: it has no row, and zeros for values. Memory is bounded by the rows: see {@link Table.bytes}.
 */
export class Table {
  readonly layout: RecordLayout
  private pages: RecordPages
  private index: RowIndex
  private admission: Admission
  private readonly initial: InitialValues
  /** Moves rows by the optimisers of the options. */
  readonly learner: RowLearner

  constructor(private readonly options: TableOptions) {
    this.layout = layoutOf(options)
    this.pages = new RecordPages(this.layout, options)
    this.index = new RowIndex(this.pages, options)
    this.admission = new Admission(options.admission)
    this.initial = new InitialValues(options)
    this.learner = new RowLearner(this.layout, options.optimisers ?? [])
  }

  /** Floats of a row's vector. */
  get width(): number {
    return this.layout.width
  }

  /** How many ids have a row. */
  get size(): number {
    return this.pages.size
  }

  /** What the table holds of memory: pages, index and admission counters. */
  get bytes(): number {
    return this.pages.bytes + this.index.bytes + this.admission.counters.byteLength
  }

  /**
   * The rows of distinct ids for a step that learns from them: missing ones are born, in order; each one's frequency and
   * last-seen step are counted. ABSENT for the empty pair and for ids that are not admitted yet.
   */
  rowsOf(pairs: Uint32Array, count: number, { step }: { step: number }): Uint32Array {
    const rows = this.index.findAll(pairs, count)
    for (let i = 0; i < count; i++) if (rows[i] === ABSENT) rows[i] = this.bear(pairs[2 * i], pairs[2 * i + 1])
    this.countSightings(rows, step)
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
  addHeads({ pairs, weights, bags, count }: Bags, width: number, out: Float32Array): void {
    const distinct = unique(pairs, count)
    const heads = this.headsOf(distinct, width)
    for (let i = 0; i < count; i++) {
      if (distinct.index[i] === EMPTY) continue
      const from = distinct.index[i] * width
      const to = bags[i] * width
      const weight = weights[i]
      for (let k = 0; k < width; k++) out[to + k] += weight * heads[from + k]
    }
  }

  /** One step of row-wise Adagrad on distinct rows, `gradients` reduced over the occurrences; ABSENT rows are passed over. See {@link stepAdagrad}. */
  applyAdagrad(rows: Uint32Array, gradients: Float32Array, { learningRate }: { learningRate: number }): void {
    this.pages.touch(rows)
    stepAdagrad(this.pages, rows, { gradients, learningRate })
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
      this.pages.touchOne(row)
      const page = floats[row >>> rowShift]
      const at = (row & rowMask) * stride
      for (let k = 0; k < width; k++) page[at + k] = values[i * width + k]
    }
  }

  /** Makes rows what they were at birth, vector, accumulators and counters; an id without a row stays without. */
  rebirth(pairs: Uint32Array, count: number): void {
    const { floats, words, rowShift, rowMask } = this.pages
    const { stride, accumulators, key } = this.layout
    for (let i = 0; i < count; i++) {
      const [lo, hi] = [pairs[2 * i], pairs[2 * i + 1]]
      const row = (lo | hi) === 0 ? ABSENT : this.index.find(lo, hi)
      if (row === ABSENT) continue
      this.pages.touchOne(row)
      const at = (row & rowMask) * stride
      this.initial.of(lo, hi).into(floats[row >>> rowShift], at)
      words[row >>> rowShift].fill(0, at + accumulators, at + key)
    }
  }

  /**
   * The whole state as named tensors: a header, then the pages as they lie in memory. No copies: each part shows the page as it
   * is when it is read, so finish with them before the next step, or copy.
   */
  serialise(): Iterable<TablePart> {
    return tableParts(this.options, this.pages, this.admission.counters)
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
    pages.touched = new RowSet()
    pages.images = images
    return new TableScan({ options, pages, images, counters: admission.counters.slice(), touched }, (isSealed) => {
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
    const { pages, counters } = reader.finish()
    this.pages = pages
    this.index = new RowIndex(pages, { ...this.options, rowsExpected: pages.size })
    this.index.insertAll()
    this.admission = new Admission(this.options.admission)
    this.admission.counters.set(counters)
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
    const { floats, rowShift, rowMask } = this.pages
    this.initial.of(lo, hi).into(floats[row >>> rowShift], (row & rowMask) * this.layout.stride)
    return row
  }

  private add(lo: number, hi: number): number {
    const row = this.pages.add(lo, hi)
    this.index.insert(lo, hi, row)
    return row
  }

  /** The vector that an id would be born with; zeros for the empty pair. */
  readUnborn(lo: number, hi: number, out: Float32Array): void {
    if ((lo | hi) === 0) out.fill(0)
    else this.initial.of(lo, hi).into(out, 0)
  }

  /** shape  →  Float32[ids.count, width] */
  private headsOf(ids: Unique, width: number): Float32Array {
    const rows = this.index.findAll(ids.ids, ids.count)
    const { floats, rowShift, rowMask } = this.pages
    const heads = new Float32Array(ids.count * width)
    for (let i = 0; i < ids.count; i++) {
      const row = rows[i]
      if (row === ABSENT) {
        this.initial.of(ids.ids[2 * i], ids.ids[2 * i + 1]).into(heads, i * width, width)
        continue
      }
      const page = floats[row >>> rowShift]
      const at = (row & rowMask) * this.layout.stride
      for (let k = 0; k < width; k++) heads[i * width + k] = page[at + k]
    }
    return heads
  }

  private countSightings(rows: Uint32Array, step: number): void {
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
}

const FREQUENCY_MAX = 0xffffffff
