import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Commit, OnlineStore, Outgoing, PositionVector, Put } from '../online-store'
import { START } from '../rules'

/** What a test lends to the adapter: a place of its own, the same one each time that it opens within that test. */
export interface StoreTrial {
  /** A name that no other trial has, for engines whose data share one namespace. */
  readonly name: string
  /** A directory of this trial alone. */
  readonly directory: string
  readonly partitions: number
}

/** How an adapter opens a handle: each call another one, onto the same state where the trial is the same. */
export type OpenStore = (trial: StoreTrial) => Promise<OnlineStore>

/** A fresh trial for each test of the `describe` that calls this. */
export function eachTrial(): () => StoreTrial {
  let trial: StoreTrial
  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'freshet-law-'))
    trial = { name: basename(directory), directory, partitions: 4 }
  })
  afterEach(() => rmSync(trial.directory, { recursive: true, force: true }))
  return () => trial
}

/** A vector that has come so far in events. */
export const at = (events: number): PositionVector => ({ ...START, events })

/** A commit of nothing, from `events` to `events + 1`, with what a law adds. */
export const step = (events: number, changes: Partial<Commit> = {}): Commit => ({
  expect: at(events),
  next: at(events + 1),
  puts: [],
  outbox: [],
  publishedBelow: 0,
  ...changes,
})

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => new Uint8Array(new TextEncoder().encode(text))

/** A change of one key to the bytes of a text, or its deletion. */
export const put = (key: string, value: string | null): Put => ({ key, value: value === null ? null : bytes(value) })

/** An entry on its way to partition 2 of `examples`. */
export const outgoing = (key: string): Outgoing => ({ to: { topic: 'examples', partition: 2 }, key, value: bytes(`value of ${key}`) })
