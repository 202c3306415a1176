import { JournalRecord } from '@freshet/contracts'
import { JOURNAL, type EventLog, type LogRecord, type ReadLimit } from '@freshet/event-log'
import { PreconditionError } from '@freshet/kernel'
import { foldJournal, type Verdict } from './fold-journal'
import { startFold, type JournalState } from './state'

/** A record of the journal, where it stands, and what it came to. */
export interface FoldedRecord extends Verdict {
  readonly offset: number
  readonly record: JournalRecord
}

/** How the journal is read. */
export interface JournalReading {
  /** Ends the reading, also while it waits for records to come. */
  readonly signal: AbortSignal
  /** The fold of all before `from`, as kept with a version; without it the journal is folded from its first record on. */
  readonly state?: JournalState
  /** Ends the reading where the journal ends at its beginning, instead of waiting for what comes. */
  readonly stopAtEnd?: boolean
}

/** What reading the journal takes of a log. */
export type JournalLog = Pick<EventLog, 'read' | 'grown' | 'first' | 'next'>

/**
 * Reads the journal from an offset on, each record with its verdict and the state after it; void ones too, since their writers
 * want to know. Bounded: at most one read's records are in memory.
 *
 * throws  PreconditionError when no state is given and the journal no longer has its first records
 */
export async function* readJournal(log: JournalLog, from: number, options: JournalReading): AsyncGenerator<FoldedRecord, void> {
  let state = options.state ?? (await startingState(log))
  let next = options.state ? from : 0
  const end = options.stopAtEnd ? await log.next(JOURNAL) : Infinity
  while (next < end && !options.signal.aborted) {
    const records = await log.read(JOURNAL, next, READ_LIMIT)
    if (records.length === 0 && options.stopAtEnd) return
    for (const { offset, value } of records) {
      if (offset >= end || options.signal.aborted) return
      const record = decode(value)
      const verdict = foldJournal(state, record, offset)
      state = verdict.state
      next = offset + 1
      if (offset >= from) yield { offset, record, ...verdict }
    }
    if (!options.stopAtEnd && records.length < READ_LIMIT.records) await log.grown(JOURNAL, next, options.signal) // there may be more: then at once
  }
}

const READ_LIMIT: ReadLimit = { records: 256, bytes: 8 << 20 } // some results of a megabyte each, or many heartbeats

async function startingState(log: JournalLog): Promise<JournalState> {
  const first = await log.first(JOURNAL)
  if (first === 0) return startFold()
  throw new PreconditionError(`the journal begins at ${first}, so its fold cannot start at 0`, 'start from the state that a version keeps')
}

/** What does not decode is a record of no kind: void, and the line goes on. */
function decode(value: LogRecord['value']): JournalRecord {
  try {
    return JournalRecord.decode(value)
  } catch {
    return JournalRecord.create()
  }
}
