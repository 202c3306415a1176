import { type EventLog, type LogRecord, OffsetOutOfRangeError, type Partition } from '@freshet/event-log'
import { CHECKSUM_START, checksum64, spellChecksum } from '@freshet/kernel'

/** The last record that somebody has read of a partition. A log that has another one at that place is another log. */
export interface RecordMark {
  readonly offset: number
  /** Of its value, 16 hexadecimal digits. */
  readonly checksum: string
}

/** What a record is known by from now on. */
export const markOf = ({ offset, value }: Pick<LogRecord, 'offset' | 'value'>): RecordMark => ({
  offset,
  checksum: spellChecksum(checksum64(CHECKSUM_START, value)),
})

/** What a log says of a mark: unknown where it has nothing at that place, which was trimmed, or not written or not heard of yet. */
export type MarkVerdict = 'same' | 'other' | 'unknown'

/** Holds a mark against the log at hand. Offsets do not tell: a log that ends too early grows past them, and all between would pass for read. */
export async function judgeMark(log: Pick<EventLog, 'read'>, of: Partition, mark: RecordMark): Promise<MarkVerdict> {
  try {
    const [record] = await log.read(of, mark.offset, { records: 1 })
    if (record === undefined) return 'unknown'
    return record.offset === mark.offset && markOf(record).checksum === mark.checksum ? 'same' : 'other'
  } catch (error) {
    if (error instanceof OffsetOutOfRangeError) return 'unknown'
    throw error
  }
}

/** Whether what was read of a partition up to `end`, with `mark` last, is of the log at hand; `short`: that ends before. */
export async function judgeLog(
  log: Pick<EventLog, 'read' | 'next'>,
  of: Partition,
  { end, mark }: { readonly end: number; readonly mark: RecordMark | null | undefined },
): Promise<MarkVerdict | 'short'> {
  if ((await log.next(of)) < end) return 'short'
  return mark ? judgeMark(log, of, mark) : 'unknown'
}
