import { bytesOf } from '@freshet/kernel'
import type { TableOptions } from './layout'
import type { PreImages } from './pre-images'
import type { RecordPages } from './record-pages'
import type { RowSet } from './row-set'
import { headerOf, PART, partName, type ByteDigest, type TablePart } from './table-parts'

/** A table, or what has changed of one, as bytes to be written: the parts' names and shapes, then their contents in that order. */
export interface TableStream {
  readonly entries: readonly TableEntry[]
  /**
   * The bytes of the parts, in slices of about a megabyte; some are empty. The digest is shown the whole table, whatever is written.
   * The table may change between two slices.
   */
  slices(digest: ByteDigest): Iterable<Uint8Array>
}

/** A part without its bytes. */
export type TableEntry = Omit<TablePart, 'bytes'>

/** What a scan reads. */
export interface ScanSources {
  readonly options: TableOptions
  readonly pages: RecordPages
  readonly images: PreImages
  readonly counters: Uint8Array
  /** The rows that were touched between the scan before and this one. */
  readonly touched: RowSet
}

/** A table as it was when the scan began, while the table goes on. It can be read once. */
export class TableScan {
  private readonly header: Uint32Array
  private readonly size: number

  constructor(
    private readonly sources: ScanSources,
    private readonly end: (isSealed: boolean) => void,
  ) {
    this.size = sources.pages.size
    this.header = headerOf(sources.options, this.size)
  }

  /** What its records take, all of them and those that were touched since the last scan that was sealed. */
  get bytes(): { readonly all: number; readonly touched: number } {
    const record = this.sources.pages.layout.stride * 4
    return { all: this.size * record, touched: this.sources.touched.size * record }
  }

  /** What is held of memory so that the scan is exact. */
  get heldBytes(): number {
    return this.sources.images.heldBytes
  }

  /** The whole table. */
  whole(): TableStream {
    const { pages } = this.sources
    return {
      entries: this.entriesOf([], entriesOfRecords(PART.page, { rows: this.size, pages })),
      slices: (digest) => this.slices(digest, ({ words }) => bytesOf(words)),
    }
  }

  /** The rows that were touched since the last scan that was sealed, with their places. */
  increment(): TableStream {
    const { pages, touched } = this.sources
    const rows = touched.rows()
    const list = { name: PART.rows, dtype: 'U32', shape: [rows.length] } as const
    const pick = picker(rows, pages.layout.stride)
    return {
      entries: this.entriesOf([list], entriesOfRecords(PART.records, { rows: rows.length, pages })),
      slices: (digest) => this.slices(digest, pick, rows),
    }
  }

  /** Ends the scan. What was touched before it counts as touched again, unless the version that it was for is `sealed`. */
  close(isSealed: boolean): void {
    this.end(isSealed)
  }

  private entriesOf(before: readonly TableEntry[], records: readonly TableEntry[]): TableEntry[] {
    const { header } = this
    const { counters } = this.sources
    return [
      { name: PART.header, dtype: 'U32', shape: [header.length] },
      ...before,
      ...records,
      { name: PART.admission, dtype: 'U8', shape: [counters.length] },
    ]
  }

  private *slices(digest: ByteDigest, pick: (block: Block) => Uint8Array, rows?: Uint32Array): Generator<Uint8Array> {
    const { images, counters } = this.sources
    const header = bytesOf(this.header)
    digest.update(header)
    yield header
    if (rows) yield bytesOf(rows)
    for (let i = 0; i < images.blocks; i++) {
      const block = images.next()
      digest.update(bytesOf(block.words))
      yield pick(block)
    }
    digest.update(counters)
    yield counters
  }
}

type Block = ReturnType<PreImages['next']>

/** From rising rows: what of a block's records is among them. Blocks come in order. */
function picker(rows: Uint32Array, stride: number): (block: Block) => Uint8Array {
  let next = 0
  return ({ firstRow, words }) => {
    const first = next
    const end = firstRow + words.length / stride
    while (next < rows.length && rows[next] < end) next++
    const picked = new Uint32Array((next - first) * stride)
    for (let i = first; i < next; i++) {
      const at = (rows[i] - firstRow) * stride
      picked.set(words.subarray(at, at + stride), (i - first) * stride)
    }
    return bytesOf(picked)
  }
}

/** Records in parts of a page each. */
function entriesOfRecords(prefix: string, { rows, pages }: { rows: number; pages: RecordPages }): TableEntry[] {
  const { rowsPerPage, layout } = pages
  return Array.from({ length: Math.ceil(rows / rowsPerPage) }, (_, i) => ({
    name: partName(prefix, i),
    dtype: 'F32',
    shape: [Math.min(rowsPerPage, rows - i * rowsPerPage), layout.stride],
  }))
}
