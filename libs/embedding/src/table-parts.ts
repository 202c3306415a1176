import { CorruptError, PreconditionError, uint32Of, bytesOf } from '@freshet/kernel'
import { admissionCounters } from './admission'
import { layoutOf, type TableOptions } from './layout'
import { RecordPages } from './record-pages'

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

const HEADER = 'table.header'
const ADMISSION = 'table.admission'
const PAGE = 'table.page.'
const FORMAT = 1

/** A table as parts: header, pages in order, admission counters. */
export function* tableParts(options: TableOptions, pages: RecordPages, counters: Uint8Array): Iterable<TablePart> {
  const header = headerOf(options, pages.size)
  yield { name: HEADER, dtype: 'U32', shape: [header.length], bytes: bytesOf(header) }
  const { stride } = pages.layout
  for (let page = 0; page * pages.rowsPerPage < pages.size; page++) {
    const bytes = pages.filledBytes(page)
    const name = PAGE + String(page).padStart(6, '0')
    yield { name, dtype: 'F32', shape: [bytes.byteLength / (stride * 4), stride], bytes }
  }
  yield { name: ADMISSION, dtype: 'U8', shape: [counters.length], bytes: counters }
}

/** Takes a table's parts one by one, header first and pages in order; judges the whole at the end. */
export class TableReader {
  private readonly pages: RecordPages
  private counters: Uint8Array = new Uint8Array(0)
  private header: Uint32Array = new Uint32Array(0)

  constructor(private readonly options: TableOptions) {
    this.pages = new RecordPages(layoutOf(options), options.pageBytes)
  }

  take({ name, bytes }: NamedBytes): void {
    if (name === HEADER) this.header = uint32Of(new Uint8Array(bytes))
    else if (name === ADMISSION) this.counters = new Uint8Array(bytes)
    else if (name.startsWith(PAGE)) this.takePage(name, bytes)
  }

  finish(): { pages: RecordPages; counters: Uint8Array } {
    if (this.header.length === 0) throw new CorruptError(HEADER, 'it is missing', REMEDY)
    const expected = headerOf(this.options, this.header[this.header.length - 1])
    if (!sameWords(this.header, expected)) {
      throw new PreconditionError(
        `the stored table was made with [${this.header.join()}], and this one with [${expected.join()}] (format, seed, admission, width, segments, rows)`,
        'open it with the options of the version that it comes from',
      )
    }
    const rows = this.header[this.header.length - 1]
    if (this.pages.size !== rows) throw new CorruptError('table.page', `${this.pages.size} of ${rows} rows are there`, REMEDY)
    const counters = admissionCounters(this.options.admission)
    if (this.counters.length !== counters) {
      throw new CorruptError(ADMISSION, `${this.counters.length} of ${counters} counters are there`, REMEDY)
    }
    return { pages: this.pages, counters: this.counters }
  }

  private takePage(name: string, bytes: Uint8Array): void {
    const record = this.pages.layout.stride * 4
    if (bytes.byteLength % record !== 0) throw new CorruptError(name, `${bytes.byteLength} bytes are no whole records of ${record}`, REMEDY)
    this.pages.append(bytes)
  }
}

const REMEDY = 'restore from another version'

/** Row scales are left out: they only matter to rows that are not born yet, and are the model declaration's. */
const headerOf = ({ seed, admission = 1, width, segments }: TableOptions, rows: number): Uint32Array =>
  Uint32Array.from([FORMAT, seed, admission, width, ...segments, rows])

const sameWords = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((word, i) => word === b[i])
