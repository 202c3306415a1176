import { JournalRecord } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { foldJournal, type JournalState } from '@freshet/follow'

/** What a record may be, without its envelope. */
export type JournalBody = NonNullable<JournalRecord['record']>

/** A record with its place and what the fold says of it. */
export interface FoldedRecord {
  readonly offset: number
  readonly record: JournalRecord
  readonly isValid: boolean
}

const READ = { records: 16, bytes: 8 << 20 } // what is read is executed before anybody is answered: some steps, not hundreds

/**
 * Where a trainer reads and writes the journal: everything it appends goes to the offset up to which it has read, so a
 * write succeeds only if the writer knew all that came before.
 */
export class JournalDesk {
  constructor(
    private readonly log: EventLog,
    private readonly id: string,
    /** The next offset to read. */
    public position: number,
    public state: JournalState,
  ) {}

  /** True while the journal's order says that this trainer is the owner. */
  get isOwner(): boolean {
    return this.state.owner === this.id
  }

  /** How many records are still to be read. */
  async left(): Promise<number> {
    return Math.max(0, (await this.log.next(JOURNAL)) - this.position)
  }

  /** Reads and folds what has been appended since, at most a few records; empty at the end. */
  async readOn(): Promise<FoldedRecord[]> {
    if ((await this.log.next(JOURNAL)) <= this.position) return []
    const records = await this.log.read(JOURNAL, this.position, READ)
    return records.map(({ offset, value }) => this.fold(JournalRecord.decode(value), offset))
  }

  /** Reads and folds the next record alone; undefined at the end. */
  async readOne(): Promise<FoldedRecord | undefined> {
    if ((await this.log.next(JOURNAL)) <= this.position) return undefined
    const [next] = await this.log.read(JOURNAL, this.position, { records: 1 })
    return next && this.fold(JournalRecord.decode(next.value), next.offset)
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
    const offset = await this.log.appendIf(JOURNAL, this.position, { key: 'model-set', value: JournalRecord.encode(record).finish() })
    return this.fold(record, offset)
  }

  private fold(record: JournalRecord, offset: number): FoldedRecord {
    const { state, verdict } = foldJournal(this.state, record, offset)
    this.state = state
    this.position = offset + 1
    return { offset, record, isValid: verdict === 'valid' }
  }
}
