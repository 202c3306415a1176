import { ExampleGroup, type Range } from '@freshet/contracts'
import { type EventLog, type LogRecord, OffsetOutOfRangeError, TOPICS } from '@freshet/event-log'
import type { RecordMark } from '@freshet/follow'
import { type Clock, systemClock } from '@freshet/kernel'
import { OtherLogError } from './errors'
import { ExampleMarks, type ForeignPartition } from './example-marks'
import { decodable, READ, readKept, readRecords } from './example-records'
import type { CutPart } from './learner'

/** A group with its place in `examples`, and the bytes that it was read from. */
interface PlacedGroup extends Pick<LogRecord, 'offset' | 'value'> {
  readonly group: ExampleGroup
}

/** Where a source begins. */
export interface SourcePlace {
  /** By partition: the next record to read. */
  readonly positions: readonly number[]
  /** By partition: the record before it, where it is known. */
  readonly marks?: readonly (RecordMark | null)[]
  readonly clock?: Pick<Clock, 'sleep'>
}

const LATE_MS = 10_000 // within that everybody has heard of what is durable

/**
 * The examples that wait to be cut, by partition, in order; and those that a cut names.
 *
 * What is read ahead is kept until a cut has taken it, so an owner reads each record once.
 */
export class ExampleSource {
  /** The dictionaries that made what has been read ahead. */
  readonly dictionaries = new Set<string>()
  private readonly waiting: PlacedGroup[][]
  private readonly readTo: number[]
  /** Partitions that have lost what was to be read next, as the last look at them found. */
  private readonly still = new Set<number>()
  private readonly read: ExampleMarks
  private readonly clock: Pick<Clock, 'sleep'>

  constructor(
    private readonly log: EventLog,
    { positions, marks, clock = systemClock }: SourcePlace,
  ) {
    this.waiting = positions.map(() => [])
    this.readTo = [...positions]
    this.read = new ExampleMarks(
      log,
      positions.map((_, partition) => marks?.[partition] ?? null),
    )
    this.clock = clock
  }

  /** By partition: the last record that a cut has taken; null where none is known. */
  get marks(): readonly (RecordMark | null)[] {
    return this.read.ofCuts
  }

  /** The partitions whose records are of another log than those that were read before, or seem to be: they stand still. */
  get foreign(): readonly ForeignPartition[] {
    return this.read.foreign
  }

  /** Reads on in every partition that has fewer than `examples` waiting; returns how many wait in all. */
  async refill(examples: number): Promise<number> {
    await Promise.all(this.waiting.map((groups, partition) => (groups.length < examples ? this.readOn(partition) : undefined)))
    return this.count()
  }

  /** How many examples have been read and not been cut. */
  count(): number {
    return this.waiting.reduce((sum, groups) => sum + groups.reduce((items, { group }) => items + weightOf(group), 0), 0)
  }

  /** By partition: how many records have not been cut. */
  async lag(): Promise<number[]> {
    const [readTo, waiting] = [[...this.readTo], this.waiting.map(({ length }) => length)] // as of before the ends, which only grow
    const ends = await this.ends()
    return ends.map((end, partition) => Math.max(0, end - readTo[partition]) + waiting[partition])
  }

  /** By partition: how many records have been read that the log does not have; it is not the log that they were read from. */
  async beyond(): Promise<number[]> {
    const readTo = [...this.readTo]
    return (await this.ends()).map((end, partition) => Math.max(0, readTo[partition] - end))
  }

  /** By partition: how many records are in the log no more that were to be read next. Such a partition stands still. */
  async lost(): Promise<number[]> {
    const firsts = await Promise.all(this.readTo.map((_, partition) => this.log.first({ topic: TOPICS.examples, partition })))
    return firsts.map((first, partition) => Math.max(0, first - this.readTo[partition]))
  }

  /** What a cut has to pass over that gives up what a partition has lost; undefined where it has lost nothing. */
  async lostRange(partition: number): Promise<Range | undefined> {
    const from = this.readTo[partition]
    const to = await this.log.first({ topic: TOPICS.examples, partition })
    return to > from ? { partition, from, to } : undefined
  }

  /** Resolves when there is something to read beyond what has been, or at `signal`; a partition that stands still brings nothing. */
  async grown(signal: AbortSignal): Promise<void> {
    const first = new AbortController()
    const either = AbortSignal.any([signal, first.signal])
    const legible = this.readTo.flatMap((offset, partition) => (this.still.has(partition) ? [] : [{ partition, offset }]))
    const never = new Promise<void>((resolve) => either.addEventListener('abort', () => resolve(), { once: true }))
    const grown = legible.map(({ partition, offset }) => this.log.grown({ topic: TOPICS.examples, partition }, offset, either))
    await Promise.race([...grown, ...(legible.length === 0 ? [never] : [])])
    first.abort()
  }

  /** Takes about `examples` examples off the front, whole groups, evenly from all partitions. */
  take(examples: number): { readonly ranges: Range[]; readonly parts: CutPart[] } {
    const takenOf = this.waiting.map(() => 0)
    let taken = 0
    for (let progress = true; progress && taken < examples;) {
      progress = false
      for (let partition = 0; partition < this.waiting.length && taken < examples; partition++) {
        const next = this.waiting[partition][takenOf[partition]]
        if (!next) continue
        takenOf[partition]++
        taken += weightOf(next.group)
        progress = true
      }
    }
    const parts = takenOf.flatMap((count, partition) => (count > 0 ? [this.cutOff(partition, count)] : []))
    return { ranges: parts.map(({ from, partition, to }) => ({ partition, from, to })), parts }
  }

  /** The groups that a cut names: from what has been read ahead where it fits, else from the log. */
  async of(ranges: readonly Range[]): Promise<CutPart[]> {
    return Promise.all(
      ranges.map(async ({ partition, from, to }) => ({ partition, to, groups: await this.readRange(partition, from, to) })),
    )
  }

  /** As {@link of}, without what cannot be decoded or is in the log no more: for a cut that is not executed. */
  async legible(ranges: readonly Range[]): Promise<CutPart[]> {
    const parts: CutPart[] = []
    for (const { partition, from, to } of ranges) {
      const groups: ExampleGroup[] = []
      let last: LogRecord | undefined
      for await (const record of readKept(this.log, { partition, from, to })) {
        groups.push(...decodable(record.value))
        last = record
      }
      await this.read.assertSame(partition)
      this.forget(partition, to, last)
      parts.push({ partition, to, groups })
    }
    return parts
  }

  private ends(): Promise<number[]> {
    return Promise.all(this.readTo.map((_, partition) => this.log.next({ topic: TOPICS.examples, partition })))
  }

  private cutOff(partition: number, count: number): CutPart & { readonly from: number } {
    const groups = this.waiting[partition].splice(0, count)
    this.read.noteTaken(partition, groups[count - 1])
    return { partition, from: groups[0].offset, to: groups[count - 1].offset + 1, groups: groups.map(({ group }) => group) }
  }

  private async readOn(partition: number): Promise<void> {
    const records = await this.recordsFrom(partition, this.readTo[partition])
    for (const { offset, value } of records) {
      this.add(partition, { offset, value, group: ExampleGroup.decode(value) })
      this.readTo[partition] = offset + 1
    }
    if (records.length > 0) this.read.noteRead(partition, records[records.length - 1])
  }

  /**
   * What comes next; nothing where that is in the log no more, was lost, or follows upon another record than the one that was read before:
   * this partition stands still, and the others go on.
   */
  private async recordsFrom(partition: number, from: number): Promise<readonly LogRecord[]> {
    try {
      if (this.read.isKnownForeign(partition) && !(await this.read.isSame(partition))) return [] // the much that has grown there is not read again and again
      const records = await this.log.read({ topic: TOPICS.examples, partition }, from, READ)
      this.read.noteWithin(partition)
      const isSame = records.length === 0 || (await this.read.isSame(partition))
      if (isSame) this.still.delete(partition)
      else this.still.add(partition)
      return isSame ? records : []
    } catch (error) {
      if (!(error instanceof OffsetOutOfRangeError)) throw error
      if (error.next < from) this.read.noteShort(partition, from)
      this.still.add(partition)
      return []
    }
  }

  private add(partition: number, placed: PlacedGroup): void {
    this.waiting[partition].push(placed)
    this.dictionaries.add(placed.group.dictionaryHash)
  }

  private async readRange(partition: number, from: number, to: number): Promise<ExampleGroup[]> {
    const ahead = this.waiting[partition]
    const known = ahead.findIndex(({ offset }) => offset >= to)
    if (ahead.length > 0 && ahead[0].offset === from && (known > 0 || this.readTo[partition] >= to)) {
      const taken = ahead.splice(0, known < 0 ? ahead.length : known)
      this.read.noteTaken(partition, taken[taken.length - 1])
      return taken.map(({ group }) => group)
    }
    const groups: ExampleGroup[] = []
    let last: LogRecord | undefined
    for (let at = from; at < to;) {
      for await (const record of readRecords(this.log, { partition, from: at, to })) {
        groups.push(ExampleGroup.decode(record.value))
        last = record
        at = record.offset + 1
      }
      if (at < to) await this.untilHeard({ partition, from: at, to })
    }
    await this.read.assertSame(partition)
    this.forget(partition, to, last)
    return groups
  }

  /**
   * A cut names what is durable: where the journal is heard of before it, the rest is on its way, and a cut without it would be another one.
   * Throws OtherLogError where it does not come.
   */
  private async untilHeard({ partition, from, to }: Range): Promise<void> {
    const of = { topic: TOPICS.examples, partition }
    const heard = new AbortController()
    await Promise.race([this.log.grown(of, from, heard.signal), this.clock.sleep(LATE_MS, heard.signal)])
    heard.abort()
    const end = await this.log.next(of)
    if (end <= from) throw new OtherLogError('the journal is', `a cut of it names examples/${partition} up to ${to}, which ends at ${end}`)
  }

  /** Drops what was read ahead below `to`, and never reads behind it again; `last` was read of it. */
  private forget(partition: number, to: number, last: LogRecord | undefined): void {
    const kept = this.waiting[partition].filter(({ offset }) => offset >= to)
    this.waiting[partition] = kept
    if (last) this.read.noteTaken(partition, last)
    if (last && this.readTo[partition] <= to) this.read.noteRead(partition, last)
    this.readTo[partition] = Math.max(this.readTo[partition], to)
    this.still.delete(partition) // unless the next look says so again
  }
}

/** What a group counts for: its examples; one that only forgets must not wait for others. */
const weightOf = ({ items }: ExampleGroup): number => Math.max(1, items.length)
