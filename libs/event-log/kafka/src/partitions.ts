import type { CompressionTypes } from 'kafkajs'
import { assertWithin, GrowthWaiters, OffsetOutOfRangeError, type Entry, type LogRecord, type ReadLimit } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { ChunkCache } from './chunk-cache'
import type { ClusterAccess } from './cluster'
import { Extents, nameOf } from './extents'
import { isPassing } from './failures'
import type { Place } from './link'
import { Offsets, type End } from './offsets'
import { PartitionWriter } from './partition-writer'
import { ProducerSession } from './producer-session'
import { Reader, type Target } from './reader'
import { TailPoller } from './tail-poller'

/** What the partitions of a log share. */
export interface PartitionsScope {
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly deadlineMs: number
  readonly compression: CompressionTypes
  /** Resolves once a topic stands. */
  readonly prepare: (topic: string, untilMs: number) => Promise<void>
}

/** The verbs of the port on the partitions of a cluster, with their writers, readers and waits behind them. */
export class Partitions {
  private readonly extents = new Extents()
  private readonly offsets: Offsets
  private readonly reader: Reader
  private readonly poller: TailPoller
  private readonly writers = new Map<string, PartitionWriter>()

  constructor(private readonly scope: PartitionsScope) {
    const { reading, polling, patience, health, closed } = scope.access
    const { extents } = this
    this.offsets = new Offsets(reading)
    const cache = new ChunkCache(CACHE_BYTES_MAX)
    this.reader = new Reader({ link: reading, patience, offsets: this.offsets, extents, cache })
    this.poller = new TailPoller({
      links: polling,
      clock: scope.clock,
      health,
      closed: closed.signal,
      keep: (fetched, from) => this.reader.keep(fetched, from),
      recover: (place, offset) => this.nearest(place, offset),
      doubt: () => cache.clearAll(),
    })
  }

  append(target: Target, entries: readonly Entry[]): Promise<number> {
    return entries.length === 0 ? this.end('next', target) : this.writerOf(target).append(entries)
  }

  appendIf(target: Target, expected: number, entry: Entry): Promise<number> {
    return this.writerOf(target).appendIf(expected, entry)
  }

  async read(target: Target, from: number, limit: ReadLimit): Promise<readonly LogRecord[]> {
    await this.scope.prepare(target.of.topic, target.untilMs)
    if (this.poller.isAtEnd(target.place, from, this.extents.of(target.place).end)) {
      this.poller.read(target.place, from)
      return []
    }
    const records = await this.reader.read(target, from, limit)
    this.poller.read(target.place, records.length === 0 ? from : records[records.length - 1].offset + 1)
    return records
  }

  /** Where a partition begins, or will go on: asked for now. */
  async end(end: End, { of, place, untilMs }: Target): Promise<number> {
    await this.scope.prepare(of.topic, untilMs)
    const offset = await this.scope.access.patience.during(() => this.offsets.ask(end, place), untilMs)
    const extent = this.extents.of(place)
    if (end === 'first') extent.first = Math.max(extent.first, offset)
    else extent.end = Math.max(extent.end, offset)
    return offset
  }

  /** Resolves when readers see a record at or beyond `offset`, or `signal` aborts; outlives outages. */
  async grown(target: Target, offset: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.scope.access.closed.signal])
    const aborted = new GrowthWaiters().wait(Infinity, either)
    await Promise.race([aborted, this.growth(target, offset, either)])
  }

  /** Retires what lies below `below`. */
  async trim(target: Target, below: number): Promise<void> {
    const { place, of, untilMs } = target
    const [first, next] = await Promise.all([this.end('first', target), this.end('next', target)])
    if (below <= first) return
    assertWithin(of, below, { first, next })
    await this.scope.access.patience.during(() => this.scope.access.writing.retire(place, below), untilMs)
    this.extents.set(place, { first: below })
  }

  /** How many conditional records of a partition have been met that readers do not see. */
  voids({ place }: Target): number {
    return this.extents.of(place).voids
  }

  /** Lets go of those who wait, and waits for appends that are under way. */
  async settled(): Promise<void> {
    this.poller.close()
    await Promise.all([...this.writers.values()].map((writer) => writer.settled()))
  }

  private async growth(target: Target, offset: number, signal: AbortSignal): Promise<void> {
    const from = this.poller.follows(target.place, offset) ? offset : await this.look(target, offset, signal)
    if (from !== undefined) await this.poller.wait(target.place, { offset, from, signal })
  }

  /** From where to wait for a record at or beyond `offset`; undefined where there is something, or nothing that would come. */
  private async look(target: Target, offset: number, signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      try {
        const [found] = await this.read({ ...target, untilMs: this.scope.access.patience.untilMs() }, offset, { records: 1 })
        return found ? undefined : offset
      } catch (error) {
        if (error instanceof OffsetOutOfRangeError) return offset < error.first ? undefined : error.next
        if (!isPassing(error)) throw error
      }
    }
    return undefined
  }

  /** The offset nearest to one that a partition does not hold: what was retired or lost is passed over. */
  private async nearest(place: Place, offset: number): Promise<number> {
    return this.reader.refuse({ of: place, place }, offset).catch((error: unknown) => {
      if (error instanceof OffsetOutOfRangeError) return Math.min(Math.max(offset, error.first), error.next)
      throw error
    })
  }

  /** A partition goes on below what it had reached: whoever has read what lay there has read of a log that is gone. */
  private lost({ of, place }: Target, from: number): void {
    const { end } = this.extents.of(place)
    const went = `${of.topic}/${of.partition} went on at ${from} though it had reached ${end}`
    this.scope.access.health.warn(`${went}: brokers lost records that they had acknowledged; see "Another log" in docs/OPERATING.md`)
    this.reader.forgetFrom(place, from)
  }

  private writerOf(target: Target): PartitionWriter {
    const name = nameOf(target.place)
    const existing = this.writers.get(name)
    if (existing) return existing
    const { access, clock, deadlineMs, compression, prepare } = this.scope
    const { writing: link, patience, health } = access
    const session = new ProducerSession({ link, patience, health, compression, deadlineMs }, target.place)
    const writer = new PartitionWriter(
      {
        of: target.of,
        extent: this.extents.of(target.place),
        prepare: (untilMs) => prepare(target.of.topic, untilMs),
        send: (messages, untilMs) => session.send(messages, untilMs),
        next: (untilMs) => this.end('next', { ...target, untilMs }),
        holds: (from, to, untilMs) => this.reader.holds({ ...target, untilMs }, from, to),
        lost: (from) => this.lost(target, from),
      },
      { clock, deadlineMs },
    )
    this.writers.set(name, writer)
    return writer
  }
}

const CACHE_BYTES_MAX = 32 << 20
