import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataDirectory } from '../harness/data-directory'

/** A public data set that `freshet import` reads. */
export interface DataSet {
  /** The reader's name, and the dictionary's. */
  readonly source: 'movielens' | 'retailrocket'
  /** Its folder among the data. */
  readonly folder: string
  /** The table of its events, */
  readonly file: string
  readonly separator: string
  /** and which column of it is the time, from 0. */
  readonly timeColumn: number
}

/** MovieLens 100k: 100,000 ratings. */
export const ML100K: DataSet = { source: 'movielens', folder: 'ml-100k', file: 'ml-100k.inter', separator: '\t', timeColumn: 3 }
/** RetailRocket: 97,381 views, carts and purchases. */
export const RETAILROCKET: DataSet = {
  source: 'retailrocket',
  folder: 'retailrocket-mb',
  file: 'events.csv',
  separator: ',',
  timeColumn: 0,
}

/** The folder of a data set; undefined where it is absent. */
export function folderOf({ folder, file }: DataSet): string | undefined {
  const path = join(dataDirectory(), folder)
  return existsSync(join(path, file)) ? path : undefined
}

/** A copy of a data set's folder that holds the earliest `count` of its events. */
export function prefixOf(of: DataSet, from: string, { directory, count }: { readonly directory: string; readonly count: number }): string {
  const to = join(directory, of.folder)
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, of.file) })
  writeFileSync(join(to, of.file), earliestRows(readFileSync(join(from, of.file), 'utf8'), { ...of, count }))
  return to
}

/** The head of a table and its earliest rows, in the order of the file. */
export function earliestRows(
  table: string,
  { separator, timeColumn, count }: Pick<DataSet, 'separator' | 'timeColumn'> & { count: number },
): string {
  const [head, ...rows] = table.split('\n').filter((line) => line !== '')
  const timed = rows.map((row, place) => ({ row, place, time: Number(row.split(separator)[timeColumn]) }))
  const earliest = timed.sort((a, b) => a.time - b.time || a.place - b.place).slice(0, count)
  return `${[head, ...earliest.sort((a, b) => a.place - b.place).map(({ row }) => row)].join('\n')}\n`
}
