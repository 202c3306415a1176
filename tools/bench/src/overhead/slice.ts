import { readdirSync, readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { join } from 'node:path'

/** The environment variable that says where a profiled process puts its slices. */
export const PROFILES = 'BENCH_PROFILES'

/** What one thread did for some seconds. */
export interface Slice {
  readonly process: number
  /** As the system numbers it. */
  readonly thread: string
  /** By the monotonic clock that all processes of a machine share. */
  readonly fromMs: number
  readonly toMs: number
  /** CPU that the thread used meanwhile. */
  readonly seconds: number
  /** CPU that all threads of the process used meanwhile. */
  readonly processSeconds: number
  /** And what each of those used that came up after the machine's own, in which LMDB writes; told by the main thread alone. */
  readonly laterThreads: Readonly<Record<string, number>>
  readonly profile: Profiler.Profile
}

/** The slices in a directory that lie wholly between two moments. */
export function slicesBetween(directory: string, fromMs: number, toMs: number): Slice[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'))
  const slices = files.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Slice)
  return slices.filter((slice) => slice.fromMs >= fromMs && slice.toMs <= toMs)
}
