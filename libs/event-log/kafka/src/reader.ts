import { assertWithin, OffsetOutOfRangeError, type LogRecord, type Partition, type ReadLimit } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { Taking, type ChunkCache, type Chunk } from './chunk-cache'
import { nameOf, type Extents } from './extents'
import { isOutOfRange } from './failures'
import type { Fetched, Link, Place } from './link'
import type { Offsets } from './offsets'
import type { Patience } from './patience'
import { sift } from './validity'

/** What the readers of a log share. */
export interface ReaderScope {
  readonly link: Pick<Link, 'nodeOf' | 'fetch' | 'refresh'>
  readonly patience: Patience
  readonly offsets: Pick<Offsets, 'ask'>
  readonly extents: Extents
  readonly cache: ChunkCache
}

/** Reads partitions from any offset: from what was fetched lately, and from their leaders. */
export class Reader {
  private readonly fetching = new Map<string, Promise<Chunk | undefined>>()

  constructor(private readonly scope: ReaderScope) {}

  /** The records of a partition from `from` on. A read of many answers has its time anew from each of them on. */
  async read(target: Target, from: number, { records, bytes = Infinity }: ReadLimit): Promise<readonly LogRecord[]> {
    const { cache, extents } = this.scope
    const extent = extents.of(target.place)
    const taking = new Taking(records, bytes)
    if (!Number.isSafeInteger(from) || from < extent.first)
      return this.scope.patience.during(() => this.refuse(target, from), target.untilMs)
    for (let [at, { untilMs }] = [from, target]; ; untilMs = this.scope.patience.untilMs()) {
      const chunk = cache.find(nameOf(target.place), at) ?? (await this.more({ ...target, untilMs }, at))
      if (!chunk || taking.takeFrom(chunk, at)) return taking.records
      at = chunk.to
      if (taking.records.length > 0 && at >= extent.end) return taking.records
    }
  }

  /** Keeps what was fetched from `from` on, and notes what it tells of its partition. */
  keep({ topic, partition, messages, highWatermark }: Fetched, from: number): Chunk {
    const { records, voids, to, bytes } = sift(messages, from)
    const extent = this.scope.extents.of({ topic, partition })
    extent.end = Math.max(extent.end, highWatermark, to)
    extent.voids += voids.filter((offset) => offset >= extent.siftedTo).length // each is counted once, however often it is read
    extent.siftedTo = Math.max(extent.siftedTo, to)
    const chunk = { from, to, records, bytes }
    this.scope.cache.put(nameOf({ topic, partition }), chunk)
    return chunk
  }

  /** Forgets what a partition had from `from` on: its tail was lost, and other records stand there, or will. */
  forgetFrom(place: Place, from: number): void {
    const { extents, cache } = this.scope
    cache.clear(nameOf(place))
    const extent = extents.of(place)
    extent.end = Math.min(extent.end, from)
    extent.siftedTo = Math.min(extent.siftedTo, from)
  }

  /** Throws OffsetOutOfRangeError where a partition does not hold `offset`; UnavailableError where it holds it after all. */
  async refuse({ of, place }: Pick<Target, 'of' | 'place'>, offset: number): Promise<never> {
    const { offsets, extents } = this.scope
    const [first, next] = await Promise.all([offsets.ask('first', place), offsets.ask('next', place)])
    if (next < extents.of(place).end) this.forgetFrom(place, next)
    extents.set(place, { first, end: next })
    assertWithin(of, offset, { first, next })
    throw new UnavailableError(`${nameOf(place)} at ${offset}`, 'the replica that leads it now has not learned yet how far it reaches')
  }

  /**
   * Whether there is a record in [from, to) that readers see, once all of it was looked at. What others have under way is not waited for: it may have been
   * answered before `to` was there.
   */
  async holds(target: Target, from: number, to: number): Promise<boolean> {
    const { cache, patience } = this.scope
    const name = nameOf(target.place)
    try {
      for (let at = from; at < to;) {
        const chunk = cache.find(name, at) ?? (await patience.during(() => this.known(target, at), target.untilMs))
        const record = chunk.records.find(({ offset }) => offset >= at)
        if (record) return record.offset < to
        at = chunk.to
      }
      return false
    } catch (error) {
      if (error instanceof OffsetOutOfRangeError) return true // what stood there was retired, so it was there
      throw error
    }
  }

  /** The chunk at an offset below the end. */
  private async known(target: Target, at: number): Promise<Chunk> {
    const chunk = await this.fetch(target, at)
    if (chunk) return chunk
    throw new UnavailableError(`${nameOf(target.place)} at ${at}`, 'the replica that leads it now has not learned yet how far it reaches')
  }

  /** The chunk at `at`; none at the end of the log. Who asks while another does gets the same. */
  private more(target: Target, at: number): Promise<Chunk | undefined> {
    const name = `${nameOf(target.place)}@${at}`
    const fetching = this.fetching.get(name) ?? this.scope.patience.during(() => this.fetch(target, at), target.untilMs)
    this.fetching.set(name, fetching)
    const over = (): void => void this.fetching.delete(name)
    fetching.then(over, over)
    return fetching
  }

  private async fetch(target: Target, at: number): Promise<Chunk | undefined> {
    const { link } = this.scope
    const { place } = target
    try {
      for (let bytesMax = FETCH_BYTES; ; bytesMax *= 8) {
        const [fetched] = await link.fetch(await link.nodeOf(place), [{ ...place, from: at }], { maxWaitMs: 0, bytesMax })
        const chunk = this.keep(fetched, at)
        if (chunk.to > at) return chunk
        if (fetched.highWatermark <= at || bytesMax >= FETCH_BYTES_MAX) return undefined
        // else compaction has emptied the batches of this answer, and there are others behind them
      }
    } catch (error) {
      if (isOutOfRange(error)) return this.refuse(target, at)
      this.scope.cache.clearAll()
      await link.refresh().catch(() => {}) // the next try says what is wrong
      throw error
    }
  }
}

/** A partition as callers know it, and as the brokers do. */
export interface Target {
  readonly of: Partition
  readonly place: Place
  /** How long the caller waits, by the monotonic clock. */
  readonly untilMs: number
}

const FETCH_BYTES = 1 << 20 // some thousand records; larger answers are decoded no faster
const FETCH_BYTES_MAX = 64 << 20
