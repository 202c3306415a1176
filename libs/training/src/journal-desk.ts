import { JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL, type LogRecord } from '@freshet/event-log'
import { foldJournal, judgeMark, type JournalState, markOf, type RecordMark } from '@freshet/follow'
import { OtherLogError } from './errors'

/** What a record may be, without its envelope. */
export type JournalBody = NonNullable<JournalRecord['record']>

/** A record with its place and what the fold says of it. */
export interface FoldedRecord {
  readonly offset: number
  readonly record: JournalRecord
  readonly isValid: boolean
}

/** Where a desk begins: what has been read, and what it came to. */
export interface DeskPlace {
  /** The next offset to read. */
  readonly position: number
  readonly state: JournalState
  /** The record before it, where it is known. */
  readonly mark?: RecordMark | null
}

const READ = { records: 16, bytes: 8 << 20 } // what is read is executed before anybody is answered: some steps, not hundreds

/**
 * Where a trainer reads and writes the journal: everything it appends goes to the offset up to which it has read, so a
 * write succeeds only if the writer knew all that came before.
 */
export class JournalDesk {
  /** The next offset to read. */
  position: number
  state: JournalState
  /** By how many records the journal ended before `position` when it was last looked at; above 0 it may be another one. */
  shortBy = 0
  private last: RecordMark | Pick<LogRecord, 'offset' | 'value'> | undefined

  constructor(
    private readonly log: EventLog,
    private readonly id: string,
    { position, state, mark }: DeskPlace,
  ) {
    this.position = position
    this.state = state
    this.last = mark ?? undefined
  }

  /** The last record that was read or written; undefined where none was. */
  get mark(): RecordMark | undefined {
    if (this.last !== undefined && 'value' in this.last) this.last = markOf(this.last)
    return this.last
  }

  /** True while the journal's order says that this trainer is the owner. */
  get isOwner(): boolean {
    return this.state.owner === this.id
  }

  /** How many records are still to be read. */
  async left(): Promise<number> {
    return Math.max(0, (await this.log.next(JOURNAL)) - this.position)
  }

  /**
   * Reads and folds what has been appended since, at most a few records; empty at the end.
   * Throws OtherLogError where the journal has ended before what was read, has grown past that since, and has another record there.
   */
  async readOn(): Promise<FoldedRecord[]> {
    const wasShort = this.shortBy > 0
    const end = await this.log.next(JOURNAL)
    this.shortBy = Math.max(0, this.position - end)
    if (end <= this.position) return []
    const records = await this.log.read(JOURNAL, this.position, READ)
    if (wasShort) await this.assertSame()
    return records.map((record) => this.fold(JournalRecord.decode(record.value), record))
  }

  /** Reads and folds the next record alone; undefined at the end. */
  async readOne(): Promise<FoldedRecord | undefined> {
    if ((await this.log.next(JOURNAL)) <= this.position) return undefined
    const [next] = await this.log.read(JOURNAL, this.position, { records: 1 })
    return next && this.fold(JournalRecord.decode(next.value), next)
  }

  /** Resolves when something has been appended beyond what was read, or at `signal`. */
  grown(signal: AbortSignal): Promise<void> {
    return this.log.grown(JOURNAL, this.position, signal)
  }

  /**
   * Appends as of `epoch` (default: the current one) and folds what was written.
   * Throws OffsetConflictError when somebody wrote since; then read on, and decide again.
   */
  async append(body: JournalBody, epoch = this.state.epoch): Promise<FoldedRecord> {
    const record = JournalRecord.create({ epoch, owner: this.id, record: body })
    const value = JournalRecord.encode(record).finish()
    const offset = await this.log.appendIf(JOURNAL, this.position, { key: 'model-set', value })
    return this.fold(record, { offset, value })
  }

  private async assertSame(): Promise<void> {
    const { mark } = this
    if (mark === undefined || (await judgeMark(this.log, JOURNAL, mark)) !== 'other') return
    throw new OtherLogError('the journal that was read is', `it has another record at ${mark.offset}`)
  }

  private fold(record: JournalRecord, { offset, value }: Pick<LogRecord, 'offset' | 'value'>): FoldedRecord {
    const { state, verdict } = foldJournal(this.state, record, offset)
    this.state = state
    this.position = offset + 1
    this.last = { offset, value }
    return { offset, record, isValid: verdict === 'valid' }
  }
}
