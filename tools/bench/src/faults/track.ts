import { type EventLog, type LogRecord, OffsetOutOfRangeError, type Partition, type ReadLimit } from '@freshet/event-log'
import { CorruptError } from '@freshet/kernel'
import type { Tape } from './tape'

/** What a track is of. */
export interface TrackScope {
  readonly log: Pick<EventLog, 'read' | 'first' | 'next' | 'voids'>
  readonly of: Partition
  /** Where its records go; empty at first. */
  readonly tape: Tape
}

const READ = { records: 1000, bytes: 8 << 20 }

/** One partition of a recording: every record that the log has had there, from offset 0 on. */
export class Track implements AsyncDisposable {
  private passedOver = 0
  private pulling = Promise.resolve()

  constructor(private readonly scope: TrackScope) {}

  get of(): Partition {
    return this.scope.of
  }

  /** The offset from which on is to be read next. */
  get next(): number {
    return this.scope.tape.next
  }

  /** Takes up all that the log has had added by now. Throws CorruptError where some of it is gone already. */
  pull(): Promise<void> {
    const pulled = this.pulling.then(() => this.readOn())
    this.pulling = pulled.catch(() => undefined)
    return pulled
  }

  /** The records from `from` on, those that the log has had added a moment ago among them. */
  async read(from: number, limit: ReadLimit): Promise<readonly LogRecord[]> {
    const { tape } = this.scope
    if (from >= tape.next) await this.pull()
    return tape.read(from, limit)
  }

  /** The log's own end; everything below it has been recorded. */
  async end(): Promise<number> {
    const { log, of } = this.scope
    const next = await log.next(of)
    await this.pull()
    return next
  }

  /** How many records from the log's first one on are not what was recorded, or not there. */
  async altered(): Promise<number> {
    const { log, of, tape } = this.scope
    await this.pull()
    const end = await log.next(of)
    let count = 0
    for (let at = await log.first(of); at < tape.next;) {
      const records = at < end ? await log.read(of, at, READ) : []
      const recorded = await tape.read(at, records.length > 0 ? { records: records.length } : READ)
      count += recorded.filter((record, i) => !isSame(record, records[i])).length
      at = recorded[recorded.length - 1].offset + 1
    }
    return count
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulling
    await this.scope.tape[Symbol.asyncDispose]()
  }

  private async readOn(): Promise<void> {
    const { log, of, tape } = this.scope
    for (;;) {
      const records = await log.read(of, this.next, READ).catch((error: unknown) => this.refuse(error))
      const last = records.at(-1)
      if (last === undefined) return
      const passedOver = this.passedOver + last.offset + 1 - this.next - records.length
      this.assertRightly(passedOver, last.offset)
      await tape.add(records)
      this.passedOver = passedOver
    }
  }

  /** A log has no gaps but for records that no reader sees, and it knows how many of these it has met. */
  private assertRightly(passedOver: number, below: number): void {
    const { log, of } = this.scope
    const voids = log.voids?.(of) ?? 0
    if (passedOver > voids) throw this.missed(`${passedOver} offsets below ${below} brought no record, ${voids} of them rightly`)
  }

  /** A log that has lost its tail has nothing to add; that it did shows where its end is looked at. */
  private refuse(error: unknown): readonly LogRecord[] {
    if (!(error instanceof OffsetOutOfRangeError)) throw error
    if (error.first > this.next) throw this.missed(`it had come to ${this.next} when the log began at ${error.first}`)
    return []
  }

  private missed(how: string): CorruptError {
    const { topic, partition } = this.scope.of
    return new CorruptError(
      `the recording of ${topic}/${partition}`,
      how,
      'trim less, or give the machine less to do: nothing can be judged',
    )
  }
}

const isSame = (a: LogRecord, b: LogRecord | undefined): boolean =>
  b !== undefined && a.offset === b.offset && a.key === b.key && Buffer.compare(a.value, b.value) === 0
