import { type EventLog, type LogRecord, TOPICS } from '@freshet/event-log'
import { judgeMark, markOf, type RecordMark } from '@freshet/follow'
import { OtherLogError } from './errors'

type Placed = Pick<LogRecord, 'offset' | 'value'>

/** A partition of `examples` that is not of the log that was learned from, or seems not to be. */
export interface ForeignPartition {
  readonly partition: number
  /** `other`: it has another record where the last one lay that was read. `short`: it ends before that, or has not been heard of so far. */
  readonly trouble: 'other' | 'short'
}

/**
 * By partition of `examples`, the last record that was read, and the last that a cut has taken, which the other may be ahead of: by them a
 * log is told from one that took its place.
 */
export class ExampleMarks {
  private readonly taken: (RecordMark | null)[]
  private readonly read: (RecordMark | null)[]
  private readonly troubles = new Map<number, ForeignPartition['trouble']>()

  constructor(
    private readonly log: Pick<EventLog, 'read'>,
    taken: readonly (RecordMark | null)[],
  ) {
    this.taken = [...taken]
    this.read = [...taken]
  }

  /** The last records that cuts have taken; null where none is known. */
  get ofCuts(): readonly (RecordMark | null)[] {
    return [...this.taken]
  }

  /** The partitions that were of another log when they were last looked at, or seemed to be. */
  get foreign(): readonly ForeignPartition[] {
    return [...this.troubles].map(([partition, trouble]) => ({ partition, trouble })).sort((a, b) => a.partition - b.partition)
  }

  /** Whether it was another log when it was last looked at. */
  isKnownForeign(partition: number): boolean {
    return this.troubles.get(partition) === 'other'
  }

  noteRead(partition: number, record: Placed): void {
    this.read[partition] = markOf(record)
  }

  noteTaken(partition: number, record: Placed): void {
    this.taken[partition] = markOf(record)
  }

  /** What was read ends at `position`, and the log before it. Where nothing is known of the last record, whatever comes there once it has grown is another one. */
  noteShort(partition: number, position: number): void {
    this.read[partition] ??= { offset: position - 1, checksum: 'unknown' }
    this.troubles.set(partition, 'short')
  }

  /** What was read ends within the log. */
  noteWithin(partition: number): void {
    if (this.troubles.get(partition) === 'short') this.troubles.delete(partition)
  }

  /** Whether the log still has the record that was read last. To be asked after what follows it was read, so that none of it is taken for what it is not. */
  async isSame(partition: number): Promise<boolean> {
    const mark = this.read[partition]
    const isSame = mark === null || (await judgeMark(this.log, { topic: TOPICS.examples, partition }, mark)) !== 'other'
    if (isSame) this.troubles.delete(partition)
    else this.troubles.set(partition, 'other')
    return isSame
  }

  /** Throws OtherLogError where the log has another record in its place. */
  async assertSame(partition: number): Promise<void> {
    if (await this.isSame(partition)) return
    const found = `examples/${partition} has another record at ${this.read[partition]?.offset}`
    throw new OtherLogError(`what was learned of partition ${partition} is`, found)
  }
}
