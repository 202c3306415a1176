import { OffsetConflictError, assertWithin, type Entry } from '@freshet/event-log'
import { meaningOf } from './failures'
import { encodeEntries, firstKey, MARK, nextKey, recordKey } from './record-codec'
import type { Topic } from './topic'

/**
 * Appends to one topic. What is asked for while a commit is being flushed goes together into the next one, so that many small appends share
 * a flush; a batch of a partition is written only if the partition still ends where it did (an LMDB write conditional on the number of
 * {@link nextKey}), so that no JavaScript runs, and no process waits for ours, inside the write transaction.
 */
export class TopicWriter {
  private queue: Request[] = []
  private draining: Promise<void> | undefined

  constructor(private readonly topic: Topic) {}

  /** Appends, only at `expected` where that is given; resolves with the first offset, once durable. */
  append(partition: number, entries: readonly Entry[], expected?: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.queue.push({ partition, values: encodeEntries(entries), expected, resolve, reject })
      this.draining ??= this.drain()
    })
  }

  /** Retires records in steps, each of which leaves a whole log. */
  async trim(partition: number, below: number): Promise<void> {
    for (;;) {
      const extent = this.topic.extent(partition)
      if (below <= extent.first) return
      assertWithin({ topic: this.topic.name, partition }, below, extent)
      const until = Math.min(below, extent.first + TRIMMED_AT_ONCE_MAX)
      await this.retire(partition, extent.first, until).catch(async (failure: unknown) => {
        throw await meaningOf(failure, this.topic.path)
      })
    }
  }

  /** Resolves once nothing is under way. */
  async settled(): Promise<void> {
    await this.draining
  }

  private async drain(): Promise<void> {
    await Promise.resolve() // whatever else the caller's turn appends goes along
    while (this.queue.length > 0) await this.write(this.take())
    this.draining = undefined
  }

  /** The next requests, in order, as many as one transaction should bear. */
  private take(): Request[] {
    let records = 0
    const end = this.queue.findIndex(({ values }) => (records += values.length) > GROUP_RECORDS_MAX)
    return this.queue.splice(0, end < 0 ? this.queue.length : Math.max(1, end))
  }

  /** One transaction: a conditional batch for each partition that the requests concern. */
  private async write(requests: readonly Request[]): Promise<void> {
    const batches = this.plan(requests)
    const again: Request[] = []
    try {
      const outcomes = await this.commit(batches)
      for (const [i, { accepted }] of batches.entries()) {
        if (outcomes[i]) for (const { request, offset } of accepted) request.resolve(offset)
        else again.push(...accepted.map(({ request }) => request)) // another process was first: reckon anew
      }
    } catch (failure) {
      const error = await meaningOf(failure, this.topic.path)
      for (const { accepted } of batches) for (const { request } of accepted) request.reject(error)
    }
    this.queue.unshift(...again)
    this.topic.wake()
  }

  /** Offsets for the requests, from where their partitions end now; those that expect another end are refused here. */
  private plan(requests: readonly Request[]): Batch[] {
    const batches = new Map<number, Batch>()
    for (const request of requests) {
      const { partition, values, expected } = request
      const batch = batches.get(partition) ?? this.begin(partition)
      batches.set(partition, batch)
      if (expected !== undefined && expected !== batch.to) {
        request.reject(new OffsetConflictError({ topic: this.topic.name, partition }, expected, batch.to))
        continue
      }
      batch.accepted.push({ request, offset: batch.to })
      batch.to += values.length
    }
    return [...batches.values()]
  }

  private begin(partition: number): Batch {
    const { next } = this.topic.extent(partition)
    return { partition, from: next, to: next, accepted: [] }
  }

  /** Writes all batches or, where it throws, none; says of each whether its partition still ended where it was to begin. */
  private async commit(batches: readonly Batch[]): Promise<readonly boolean[]> {
    this.topic.room.provide(
      batches.flatMap(({ accepted }) => accepted.flatMap(({ request }) => request.values.map(({ length }) => length))),
    )
    const outcomes: Promise<boolean>[] = []
    const whole = this.topic.database.batch(() => outcomes.push(...batches.map((batch) => this.put(batch))))
    const [, ...each] = await Promise.all([whole, ...outcomes])
    return each
  }

  private async put({ partition, from, to, accepted }: Batch): Promise<boolean> {
    if (from === to) return true
    const { database } = this.topic
    const key = Buffer.allocUnsafe(8)
    return database.ifVersion(nextKey(partition), from, () => {
      let offset = from
      for (const { request } of accepted)
        for (const value of request.values) void database.put(recordKey(partition, offset++, key), value, 0)
      void database.put(nextKey(partition), MARK, to)
    })
  }

  private async retire(partition: number, first: number, until: number): Promise<void> {
    const { database, room } = this.topic
    room.provide([0]) // what is emptied is not written
    const key = Buffer.allocUnsafe(8)
    await database.ifVersion(firstKey(partition), first, () => {
      for (let offset = first; offset < until; offset++) void database.remove(recordKey(partition, offset, key))
      void database.put(firstKey(partition), MARK, until)
    })
  }
}

const GROUP_RECORDS_MAX = 20_000 // some 40 ms of writing: what a reader or another writer may have to wait
const TRIMMED_AT_ONCE_MAX = 5_000

interface Request {
  readonly partition: number
  readonly values: readonly Buffer[]
  readonly expected: number | undefined
  resolve(offset: number): void
  reject(error: Error): void
}

/** What one partition gets in one transaction. */
interface Batch {
  readonly partition: number
  readonly from: number
  to: number
  readonly accepted: { readonly request: Request; readonly offset: number }[]
}
