import { basename } from 'node:path'
import { CorruptError, InvalidFieldError } from '@freshet/kernel'
import { CsvError, parse } from 'csv-parse'
import { openFile } from './open-file'

/** How a table's cells stand apart. */
export interface TableFormat {
  readonly delimiter: string
  /** Whether cells may stand in double quotes. */
  readonly isQuoted: boolean
}

/** Cells by commas, as spreadsheets write them. */
export const COMMAS: TableFormat = { delimiter: ',', isQuoted: true }
/** Cells by tabulators, where a quote is a character like any other. */
export const TABS: TableFormat = { delimiter: '\t', isQuoted: false }

/** One line of a table, by the names of its columns; a cell that is missing is empty. */
export interface TableRow {
  /** 1 for the first line below the header. */
  readonly row: number
  cell(column: string): string
}

/**
 * The rows of a file with a header line. Names may carry a type as RecBole's atomic files do (`user_id:token`); it is dropped.
 *
 * throws  NotFoundError without the file, InvalidFieldError when a wanted column is absent, CorruptError where quotes do not close
 */
export async function* readTable(file: string, format: TableFormat, wanted: readonly string[]): AsyncGenerator<TableRow> {
  const parser = openFile(file, 'give the folder that holds it, or the file itself').pipe(
    parse({
      delimiter: format.delimiter,
      quote: format.isQuoted ? '"' : null,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }),
  )
  let columns: ReadonlyMap<string, number> | undefined
  let row = 0
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      if (columns === undefined) {
        columns = columnsOf(file, cells, wanted)
        continue
      }
      const at = columns
      row++
      yield { row, cell: (column) => cells[at.get(column) ?? -1] ?? '' }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CorruptError(file, error.message, 'correct the line, or export the table again')
  }
}

/** The names in a table's header. */
export async function headerOf(file: string, format: TableFormat): Promise<readonly string[]> {
  const parser = openFile(file, 'give the path of a CSV or JSON lines file').pipe(
    parse({ delimiter: format.delimiter, quote: format.isQuoted ? '"' : null, bom: true, to: 1 }),
  )
  for await (const cells of parser as AsyncIterable<readonly string[]>) return cells.map(nameOf)
  return []
}

function columnsOf(file: string, header: readonly string[], wanted: readonly string[]): ReadonlyMap<string, number> {
  const names = header.map(nameOf)
  const missing = wanted.find((column) => !names.includes(column))
  if (missing === undefined) return new Map(names.map((name, at) => [name, at]))
  const rule = `it needs a column '${missing}'`
  throw new InvalidFieldError({
    field: `${basename(file)}: the header`,
    value: names.join(', '),
    rule,
    remedy: 'give the file that the format describes',
  })
}

const nameOf = (cell: string): string => cell.trim().replace(/:(token|token_seq|float|float_seq)$/, '')
