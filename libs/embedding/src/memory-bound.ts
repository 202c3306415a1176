import { InvalidFieldError } from '@freshet/kernel'
import { admissionCounters } from './admission'
import { forgettingBytes } from './forgetting'
import { layoutOf, type RecordLayout, type TableOptions } from './layout'
import { indexBytesFor } from './row-index'
import { rowSetBytes } from './row-set'

/** What decides how much memory so many rows take. */
export interface MemoryFacts extends Pick<TableOptions, 'admission' | 'shards' | 'memoryBytes'> {
  readonly layout: RecordLayout
}

const ROWS_MAX = 0xfffffffe // a row is a word, one of which says that there is none

/** The least bound within which a table of these options has room for so many rows. Throws InvalidFieldError where the options contradict each other. */
export const boundFor = (rows: number, options: TableOptions): number => bytesOf(rows, { ...options, layout: layoutOf(options) })

/** How many rows a table may have: Infinity where its memory has no bound. Throws InvalidFieldError where there is no room for one. */
export function rowsWithin(facts: MemoryFacts): number {
  const { memoryBytes } = facts
  if (memoryBytes === undefined) return Infinity
  if (bytesOf(1, facts) > memoryBytes) {
    const [rule, remedy] = [`a table without rows takes ${bytesOf(0, facts)}`, `give at least ${bytesOf(1, facts)}`]
    throw new InvalidFieldError({ field: 'memoryBytes', value: memoryBytes, rule, remedy })
  }
  let [fits, exceeds] = [1, ROWS_MAX + 1]
  while (exceeds - fits > 1) {
    const rows = Math.floor((fits + exceeds) / 2)
    if (bytesOf(rows, facts) <= memoryBytes) fits = rows
    else exceeds = rows
  }
  return fits
}

/** The most that a bounded table of so many rows takes: its index is as large from the beginning as it will ever be. */
const bytesOf = (rows: number, { layout, admission, shards }: MemoryFacts): number =>
  admissionCounters(admission) + indexBytesFor(rows, shards) + rows * layout.stride * 4 + rowSetBytes(rows) + forgettingBytes(rows)
