import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { EventLog, LogRecord, Entry, Partition } from '../event-log'

/** What a test lends to the adapter: a place of its own, the same one each time that it opens within that test. */
export interface Trial {
  /** A name that no other trial has, for engines whose data share one namespace. */
  readonly name: string
  /** A directory of this trial alone. */
  readonly directory: string
  /** The topics that the laws use, with their partitions. */
  readonly partitions: Readonly<Record<string, number>>
}

/** How an adapter opens a handle: each call another one, onto the same records where the trial is the same. */
export type OpenLog = (trial: Trial) => Promise<EventLog>

/** A fresh trial for each test of the `describe` that calls this. */
export function eachTrial(): () => Trial {
  let trial: Trial
  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'freshet-law-'))
    trial = { name: basename(directory), directory, partitions: { clicks: 4, views: 4, journal: 1 } }
  })
  afterEach(() => rmSync(trial.directory, { recursive: true, force: true }))
  return () => trial
}

/** The partition that most laws speak of. */
export const clicks: Partition = { topic: 'clicks', partition: 0 }

/** Entries whose values are their keys' bytes. */
export const entries = (...names: string[]): Entry[] => names.map((key) => ({ key, value: new TextEncoder().encode(`value of ${key}`) }))

/** The keys of records, in order. */
export const keys = (records: readonly LogRecord[]): string[] => records.map(({ key }) => key)

/** No bound that a law would meet by accident. */
export const ALL = { records: 1_000_000 }

/** A signal that nobody aborts. */
export const never = (): AbortSignal => new AbortController().signal
