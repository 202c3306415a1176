/** One partition of one topic. */
export interface Partition {
  readonly topic: string
  readonly partition: number
}

/** What a writer hands over. */
export interface Entry {
  readonly key: string
  readonly value: Uint8Array
}

/** What a reader gets: the entry, and where it stands. */
export interface LogRecord extends Entry {
  readonly offset: number
}

/** How much one read may bring: whichever bound is met first, but at least one record where there is one. */
export interface ReadLimit {
  readonly records: number
  readonly bytes?: number
}

/**
 * An ordered, durable sequence of records per partition: the spine that every stage reads from and writes to.
 *
 * Offsets of a partition start at 0, grow by the order of appending, and are safe integers (docs/adr/0003); a log may leave gaps
 * (a broker's invalid or transactional records), so readers go on from the last record's offset + 1. What `append` has
 * acknowledged survives the loss of the process; readers see only such records, in any process.
 */
export interface EventLog extends AsyncDisposable {
  /** How many partitions a topic has: 8 for keyed topics by default, 1 for the journal; fixed when the log was made. */
  partitions(topic: string): number

  /**
   * Appends in order; returns the first offset once all are durable. Calls that do not wait for each other keep their order.
   * Throws RecordTooLargeError or DiskFullError and appends nothing.
   */
  append(to: Partition, entries: readonly Entry[]): Promise<number>

  /**
   * Appends one entry only if nothing that a reader sees stands at or beyond `expected`, which is no more than the next offset: how an owner
   * learns that somebody wrote since. Returns the entry's offset, `expected` itself where the log has no gap there.
   * Throws OffsetConflictError and appends nothing that a reader would see otherwise.
   */
  appendIf(to: Partition, expected: number, entry: Entry): Promise<number>

  /**
   * The records from `from` on; empty at the end of the log, as far as this process has heard of it: whoever has to have all that another's
   * record names asks for {@link EventLog.next} first, or waits for it to have grown.
   * Throws OffsetOutOfRangeError when `from` was retired or is beyond the next offset.
   */
  read(of: Partition, from: number, limit: ReadLimit): Promise<readonly LogRecord[]>

  /** The offset that the next record will get; everything below it is durable. */
  next(of: Partition): Promise<number>

  /** The first offset that is still kept. */
  first(of: Partition): Promise<number>

  /**
   * Resolves when a record at or beyond `offset` is durable, whoever appended it, or when `signal` aborts or the log is closed:
   * then a read brings something, or nothing.
   */
  grown(of: Partition, offset: number, signal: AbortSignal): Promise<void>

  /** Retires the records below `below`; those at or above it stay. Throws OffsetOutOfRangeError where `below` is beyond the next offset. */
  trim(of: Partition, below: number): Promise<void>

  /** Joins a consumer group: partition p of all topics goes to the same member. */
  join(group: string, options: JoinOptions): Promise<Membership>

  /** The position that a member of `group` last reported, `undefined` where none has: only to display lag. */
  reported(group: string, of: Partition): Promise<number | undefined>

  /** Whether the engine answers, and what its settings leave to be desired; engines within the process have nothing to say. */
  health?(): LogHealth

  /** How many records of a partition this process has met that no reader sees, such as those that lost a race of `appendIf`. */
  voids?(of: Partition): number
}

/** How an engine outside the process does, as of the last request. */
export interface LogHealth {
  readonly isServing: boolean
  /** What is wrong and what helps, where it does not serve. */
  readonly reason: string | undefined
  /** Since when it has been so, in milliseconds since 1970. */
  readonly sinceMs: number
  /** How long ago it last did what it was asked: it is asked every few seconds. */
  readonly unansweredMs: number
  /** Settings under which promises are weaker than they could be, each with its remedy. */
  readonly warnings: readonly string[]
}

/** How a member takes part. */
export interface JoinOptions {
  /** A name of this process that outlives none of its restarts. */
  readonly member: string
  /** Told at each change, also the first: the partitions that are this member's from now on. */
  readonly onAssigned: (partitions: readonly number[]) => void
}

/** A place in a consumer group. A store's own position is the truth; what is reported here only displays lag. */
export interface Membership extends AsyncDisposable {
  report(of: Partition, position: number): Promise<void>
}
