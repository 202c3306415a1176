import { JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { foldJournal, startFold } from '@freshet/follow'
import type { Clock } from '@freshet/kernel'

/** A valid cut, and when it was seen in the journal. */
export interface Commit {
  readonly epoch: number
  readonly step: number
  readonly seenMs: number
}

/** A valid record as the tail of the journal brings it. */
export type OnJournal = (record: JournalRecord, seenMs: number) => void

/** Reads the journal as it grows and tells of each valid record, until `signal` aborts. */
export async function tailJournal(
  log: EventLog,
  clock: Clock,
  { signal, onRecord }: { signal: AbortSignal; onRecord: OnJournal },
): Promise<void> {
  let state = startFold()
  let position = await log.first(JOURNAL)
  while (!signal.aborted) {
    await log.grown(JOURNAL, position, signal)
    if (signal.aborted) return
    const records = await log.read(JOURNAL, position, { records: 256, bytes: 8 << 20 })
    const seenMs = clock.monotonicMs()
    for (const { offset, value } of records) {
      const record = JournalRecord.decode(value)
      const folded = foldJournal(state, record, offset)
      state = folded.state
      position = offset + 1
      if (folded.verdict === 'valid') onRecord(record, seenMs)
    }
  }
}

/** What moves did to the rhythm of commits. */
export interface Rhythm {
  /** By change of epoch: from the last commit of the old one to the first of the new one. */
  readonly gapsMs: readonly number[]
  /** Between neighbours of one epoch. */
  readonly intervalsMs: readonly number[]
}

/** Tells gaps from intervals. */
export function rhythmOf(commits: readonly Commit[]): Rhythm {
  const [gapsMs, intervalsMs]: [number[], number[]] = [[], []]
  commits.slice(1).forEach((commit, i) => {
    const before = commits[i]
    const list = commit.epoch === before.epoch ? intervalsMs : gapsMs
    list.push(commit.seenMs - before.seenMs)
  })
  return { gapsMs, intervalsMs }
}
