import { readFileSync } from 'node:fs'
import { CorruptError } from '@freshet/kernel'

/** The lines of a text file that hold anything, cut into cells; a table's head is left out. */
export function cellsOf(path: string, separator: string | RegExp, { hasHead = false } = {}): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines
    .slice(hasHead ? 1 : 0)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(separator))
}

/** A whole number of at least 0 in a cell. Throws CorruptError naming the file. */
export function numberIn(cell: string | undefined, path: string): number {
  const value = Number(cell)
  if (cell !== undefined && cell !== '' && Number.isInteger(value) && value >= 0) return value
  throw new CorruptError(path, `'${cell ?? 'nothing'}' stands where a whole number of at least 0 should`, 'fetch the file again')
}
