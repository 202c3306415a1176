import { JournalRecord } from '@freshet/contracts'
import { JOURNAL, type EventLog, type LogRecord, type ReadLimit } from '@freshet/event-log'
import { PreconditionError } from '@freshet/kernel'
import { foldJournal, type Verdict } from './fold-journal'
import { judgeMark, markOf, type RecordMark } from './record-mark'
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
  /** The record before `from`, as a version names it. */
  readonly mark?: RecordMark | null
  /** Ends the reading where the journal ends at its beginning, instead of waiting for what comes. */
  readonly stopAtEnd?: boolean
}

/** What reading the journal takes of a log. */
export type JournalLog = Pick<EventLog, 'read' | 'grown' | 'first' | 'next'>

/**
 * Reads the journal from an offset on, each record with its verdict and the state after it; void ones too, since their writers
 * want to know. Bounded: at most one read's records are in memory.
 *
 * throws  PreconditionError when no state is given and the journal no longer has its first records; and when what comes at the beginning, or
 *         was waited for, follows upon another record than the one that was read: a log was brought back from a backup, and has grown past that
 */
export async function* readJournal(log: JournalLog, from: number, options: JournalReading): AsyncGenerator<FoldedRecord, void> {
  let state = options.state ?? (await startingState(log))
  let next = options.state ? from : 0
  const end = options.stopAtEnd ? await log.next(JOURNAL) : Infinity
  let last: LogRecord | undefined
  let known = options.mark ?? undefined
  while (next < end && !options.signal.aborted) {
    const records = await log.read(JOURNAL, next, READ_LIMIT)
    if (records.length === 0 && options.stopAtEnd) return
    if (records.length > 0 && known !== undefined) await assertStillThere(log, known)
    if (records.length > 0) known = undefined
    last = records.at(-1) ?? last
    for (const { offset, value } of records) {
      if (offset >= end || options.signal.aborted) return
      const record = decode(value)
      const verdict = foldJournal(state, record, offset)
      state = verdict.state
      next = offset + 1
      if (offset >= from) yield { offset, record, ...verdict }
    }
    if (options.stopAtEnd || records.length === READ_LIMIT.records) continue // there may be more: then at once
    known ??= last && markOf(last)
    await log.grown(JOURNAL, next, options.signal)
  }
}

const READ_LIMIT: ReadLimit = { records: 256, bytes: 8 << 20 } // some results of a megabyte each, or many heartbeats

async function startingState(log: JournalLog): Promise<JournalState> {
  const first = await log.first(JOURNAL)
  if (first === 0) return startFold()
  throw new PreconditionError(`the journal begins at ${first}, so its fold cannot start at 0`, 'start from the state that a version keeps')
}

/** Asked after what follows the record was read: so none of that is taken for what it is not. One that was trimmed says nothing. */
async function assertStillThere(log: Pick<EventLog, 'read'>, mark: RecordMark): Promise<void> {
  if ((await judgeMark(log, JOURNAL, mark)) !== 'other') return
  throw new PreconditionError(
    `the journal has another record at ${mark.offset} than the one that was read`,
    'begin again from a version of it',
  )
}

/** What does not decode is a record of no kind: void, and the line goes on. */
function decode(value: LogRecord['value']): JournalRecord {
  try {
    return JournalRecord.decode(value)
  } catch {
    return JournalRecord.create()
  }
}
