import { CorruptError, PreconditionError, uint32Of, bytesOf } from '@freshet/kernel'
import { admissionCounters } from './admission'
import { layoutOf, type TableOptions } from './layout'
import { RecordPages } from './record-pages'
import { OPTIMISER_CODES } from './row-optimiser'

/** Bytes under a name, as a file of tensors gives them back. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** One tensor of a table at rest. A page is declared F32; its records' last four columns hold Uint32 (see RecordLayout). */
export interface TablePart extends NamedBytes {
  readonly dtype: 'F32' | 'U32' | 'U8'
  readonly shape: readonly number[]
}

/** Anything that digests bytes piece by piece, as `createHash('sha256')` does. */
export interface ByteDigest {
  update(bytes: Uint8Array): unknown
}

/** The parts' names; of pages and records, how they begin. A layer over another table has rows and records where a table has pages. */
export const PART = {
  header: 'table.header',
  page: 'table.page.',
  rows: 'table.rows',
  records: 'table.records.',
  admission: 'table.admission',
  forgetting: 'table.forgetting',
} as const
const FORMAT = 1
const WORD = 2 ** 32

/** The name of a page, or of a run of records. */
export const partName = (prefix: string, i: number): string => prefix + String(i).padStart(6, '0')

/** What a table is made of, beside its options. */
export interface TableContents {
  readonly pages: RecordPages
  /** Of admission. */
  readonly counters: Uint8Array
  /** The row that forgetting looks at next. */
  readonly hand: number
}

/** A table as parts: header, pages in order, admission counters; where it forgets, or has free rows, how far that is. */
export function* tableParts(options: TableOptions, { pages, counters, hand }: TableContents): Iterable<TablePart> {
  const header = headerOf(options, pages.size)
  yield { name: PART.header, dtype: 'U32', shape: [header.length], bytes: bytesOf(header) }
  const { stride } = pages.layout
  for (let page = 0; page * pages.rowsPerPage < pages.size; page++) {
    const bytes = pages.filledBytes(page)
    const name = partName(PART.page, page)
    yield { name, dtype: 'F32', shape: [bytes.byteLength / (stride * 4), stride], bytes }
  }
  yield { name: PART.admission, dtype: 'U8', shape: [counters.length], bytes: counters }
  const forgetting = forgettingOf(options, pages, hand)
  if (forgetting) yield { name: PART.forgetting, dtype: 'U32', shape: [forgetting.length], bytes: bytesOf(forgetting) }
}

/** How a table forgets, and which rows are free: undefined where none is, and none ever will be. */
export function forgettingOf(options: TableOptions, pages: RecordPages, hand: number): Uint32Array | undefined {
  if (!isForgetful(options) && pages.freeCount === 0) return undefined
  return Uint32Array.from([...rulesOf(options), hand, pages.freed, pages.freeCount])
}

/** Whether a table gives rows up by itself. */
export const isForgetful = ({ expireAfterSteps, memoryBytes }: TableOptions): boolean =>
  expireAfterSteps !== undefined || memoryBytes !== undefined

/** What it forgets by, 0 where it is not given: steps, then bytes in two words. */
const rulesOf = ({ expireAfterSteps = 0, memoryBytes = 0 }: TableOptions): number[] => [
  expireAfterSteps,
  memoryBytes % WORD,
  Math.floor(memoryBytes / WORD),
]

/** Takes a table's parts one by one, header first and pages in order, then those of the layers above it; judges the whole at the end. */
export class TableReader {
  private readonly pages: RecordPages
  private counters: Uint8Array = new Uint8Array(0)
  private header: Uint32Array = new Uint32Array(0)
  private forgetting: Uint32Array = new Uint32Array(6)
  /** Where the records to come belong. */
  private rows: Uint32Array = new Uint32Array(0)

  constructor(private readonly options: TableOptions) {
    this.pages = new RecordPages(layoutOf(options), options)
  }

  take({ name, bytes }: NamedBytes): void {
    if (name === PART.header) this.beginLayer(uint32Of(new Uint8Array(bytes)))
    else if (name === PART.admission) this.counters = new Uint8Array(bytes)
    else if (name === PART.forgetting) this.forgetting = uint32Of(new Uint8Array(bytes))
    else if (name === PART.rows) this.rows = uint32Of(new Uint8Array(bytes))
    else if (name.startsWith(PART.page)) this.pages.append(this.wholeRecords(name, bytes))
    else if (name.startsWith(PART.records)) this.takeRecords(name, this.wholeRecords(name, bytes))
  }

  finish(): TableContents {
    if (this.header.length === 0) throw new CorruptError(PART.header, 'it is missing', REMEDY)
    const expected = headerOf(this.options, this.header[this.header.length - 1])
    if (!sameWords(this.header, expected)) {
      throw new PreconditionError(
        `the stored table was made with [${this.header.join()}], and this one with [${expected.join()}] (format, seed, admission, width, segments, rows)`,
        'open it with the options of the version that it comes from',
      )
    }
    const rows = this.header[this.header.length - 1]
    if (this.rows.length > 0) throw new CorruptError(PART.records, `${this.rows.length} records are missing`, REMEDY)
    if (this.pages.size !== rows) throw new CorruptError('table.page', `${this.pages.size} of ${rows} rows are there`, REMEDY)
    const counters = admissionCounters(this.options.admission)
    if (this.counters.length !== counters) {
      throw new CorruptError(PART.admission, `${this.counters.length} of ${counters} counters are there`, REMEDY)
    }
    return { pages: this.pages, counters: this.counters, hand: this.finishForgetting() }
  }

  /** A table that does not forget by itself takes over one that does, as it is: it reads only, or is told what to give up. */
  private finishForgetting(): number {
    const { pages, options, forgetting } = this
    const [steps, bytes, moreBytes, hand, freed, freeCount] = forgetting
    const own = rulesOf(options)
    if (isForgetful(options) && !sameWords(forgetting.subarray(0, own.length), Uint32Array.from(own))) {
      throw new PreconditionError(
        `the stored table forgets after ${steps} steps and within ${moreBytes * WORD + bytes} bytes, and this one after ${own[0]} and within ${options.memoryBytes ?? 0} (0: never)`,
        'open it with the options of the version that it comes from',
      )
    }
    if (!pages.isFree(freed, freeCount)) throw new CorruptError(PART.forgetting, `${freeCount} rows are not free from ${freed} on`, REMEDY)
    pages.freed = freed
    pages.freeCount = freeCount
    return hand
  }

  /** Each layer says how rows are forgotten, or that none is. */
  private beginLayer(header: Uint32Array): void {
    this.header = header
    this.forgetting = new Uint32Array(6)
  }

  private takeRecords(name: string, bytes: Uint8Array): void {
    const count = bytes.byteLength / (this.pages.layout.stride * 4)
    if (count > this.rows.length) throw new CorruptError(name, `${count} records are for ${this.rows.length} rows`, REMEDY)
    this.pages.put(this.rows.subarray(0, count), bytes)
    this.rows = this.rows.subarray(count)
  }

  private wholeRecords(name: string, bytes: Uint8Array): Uint8Array {
    const record = this.pages.layout.stride * 4
    if (bytes.byteLength % record === 0) return bytes
    throw new CorruptError(name, `${bytes.byteLength} bytes are no whole records of ${record}`, REMEDY)
  }
}

const REMEDY = 'restore from another version'

/** Row scales are left out: they only matter to rows that are not born yet, and are the model declaration's. */
export const headerOf = ({ seed, admission = 1, width, segments, optimisers = [] }: TableOptions, rows: number): Uint32Array => {
  const codes = optimisers.map(({ kind }) => OPTIMISER_CODES[kind])
  return Uint32Array.from([FORMAT, seed, admission, width, ...segments, ...(codes.some((code) => code > 0) ? codes : []), rows])
}

const sameWords = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((word, i) => word === b[i])
