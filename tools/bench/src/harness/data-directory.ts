import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { WORKSPACE } from './workspace'

/** Where the public data sets lie: what was asked for, else FRESHET_BENCH_DATA, else ../shared/data beside the workspace. */
export const dataDirectory = (asked?: string): string => resolve(WORKSPACE, asked ?? process.env.FRESHET_BENCH_DATA ?? '../shared/data')

/** A file among the data sets; undefined where it is absent. */
export function dataFile(directory: string, path: string): string | undefined {
  const whole = join(directory, path)
  return existsSync(whole) ? whole : undefined
}
