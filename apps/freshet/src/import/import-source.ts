import type { Event, Item, User } from '@freshet/contracts'

/** A data set as Freshet takes it in: its catalogue first, then its events in the order of time. */
export interface ImportSource {
  /** What it is, and where: opening the same again resumes it. */
  readonly name: string
  /** The dictionary that its records are meant for. */
  readonly dictionary: string
  /** What a reader of the result must know, for example that times are synthetic. */
  readonly notes: readonly string[]
  readonly items: readonly Item[]
  readonly users: readonly User[]
  /** Sorted by time, ties in the order of the file. */
  readonly events: readonly Event[]
  /** Lines that could not be read at all, and so were not sent. */
  readonly unreadable: readonly UnreadableLine[]
}

/** A line of a file that says nothing that could be sent. */
export interface UnreadableLine {
  readonly line: number
  readonly reason: string
}

/** Opens a data set that lies at a path. */
export type ImportReader = (path: string) => Promise<ImportSource>

/** By time, ties in the order of the file: what a file of many users rarely is. */
export const byTime = (events: Event[]): Event[] => events.sort((a, b) => a.timeMs - b.timeMs)

/** The time at which a catalogue that brings no times of its own is taken to have been there: the first event's. */
export const startOf = (events: readonly Event[]): number => events[0]?.timeMs ?? 0
