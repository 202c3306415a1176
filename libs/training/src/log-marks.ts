import type { RecordMark } from '@freshet/follow'

/** The last records that a state was made of: by them a version tells the log that it is of from one that was restored, or begun anew. */
export interface LogMarks {
  /** null before the first record. */
  readonly journal: RecordMark | null
  /** By partition. */
  readonly examples: readonly (RecordMark | null)[]
}
