import { bytesOf } from '@freshet/kernel'
import type { TableOptions } from './layout'
import type { PreImages } from './pre-images'
import type { RecordPages } from './record-pages'
import type { RowSet } from './row-set'
import { headerOf, PART, partName, type ByteDigest, type TablePart } from './table-parts'

const ROWS_LISTED = 1 << 18 // a megabyte of places at most

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
  /** See {@link forgettingOf}. */
  readonly forgetting: Uint32Array | undefined
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
    const list = { name: PART.rows, dtype: 'U32', shape: [touched.size] } as const
    return {
      entries: this.entriesOf([list], entriesOfRecords(PART.records, { rows: touched.size, pages })),
      slices: (digest) => this.slices(digest, (block) => touchedOf(block, touched, pages.layout.stride), touched),
    }
  }

  /** Ends the scan. What was touched before it counts as touched again, unless the version that it was for is `sealed`. */
  close(isSealed: boolean): void {
    this.end(isSealed)
  }

  private entriesOf(before: readonly TableEntry[], records: readonly TableEntry[]): TableEntry[] {
    const { header } = this
    const { counters, forgetting } = this.sources
    const last = { name: PART.forgetting, dtype: 'U32', shape: [forgetting?.length ?? 0] } as const
    return [
      { name: PART.header, dtype: 'U32', shape: [header.length] },
      ...before,
      ...records,
      { name: PART.admission, dtype: 'U8', shape: [counters.length] },
      ...(forgetting ? [last] : []),
    ]
  }

  private *slices(digest: ByteDigest, pick: (block: Block) => Uint8Array, listed?: RowSet): Generator<Uint8Array> {
    const { images, counters, forgetting } = this.sources
    const header = bytesOf(this.header)
    digest.update(header)
    yield header
    for (let row = 0; listed && row < this.size; row += ROWS_LISTED) yield bytesOf(listed.between(row, row + ROWS_LISTED))
    for (let i = 0; i < images.blocks; i++) {
      const block = images.next()
      digest.update(bytesOf(block.words))
      yield pick(block)
    }
    digest.update(counters)
    yield counters
    if (!forgetting) return
    digest.update(bytesOf(forgetting))
    yield bytesOf(forgetting)
  }
}

type Block = ReturnType<PreImages['next']>

/** What of a block's records is among the touched ones. */
function touchedOf({ firstRow, words }: Block, touched: RowSet, stride: number): Uint8Array {
  const rows = touched.between(firstRow, firstRow + words.length / stride)
  const picked = new Uint32Array(rows.length * stride)
  for (let i = 0; i < rows.length; i++) {
    const at = (rows[i] - firstRow) * stride
    picked.set(words.subarray(at, at + stride), i * stride)
  }
  return bytesOf(picked)
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
