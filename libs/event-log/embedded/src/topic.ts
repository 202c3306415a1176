import { PreconditionError } from '@freshet/kernel'
import { assertWithin, GrowthWaiters, type LogRecord, type ReadLimit } from '@freshet/event-log'
import { CommitSignal } from './commit-signal'
import { openEnvironment, type Environment } from './environment'
import { meaningOfNow } from './failures'
import { Room } from './room'
import { COUNT_KEY, decodeRecord, firstKey, MARK, nextKey, recordKey, valueBytes } from './record-codec'

/** What a partition holds. */
export interface Extent {
  readonly first: number
  readonly next: number
}

/**
 * One topic's environment, as readers see it.
 *
 * Every commit is flushed before LMDB publishes its transaction number (docs/adr/0005), so whatever a snapshot shows is durable:
 * the durable watermark of a partition is its `next` as of now.
 */
export class Topic {
  readonly database: Environment
  readonly room: Room
  readonly partitions: number
  private readonly signal: CommitSignal
  private readonly waiting = new Map<number, GrowthWaiters>()

  constructor(
    readonly name: string,
    readonly path: string,
    wanted: number,
  ) {
    this.database = openEnvironment(path)
    this.room = new Room(this.database, path)
    this.signal = new CommitSignal(path)
    this.partitions = this.found(wanted)
    if (this.partitions === wanted) return
    void this.close()
    throw new PreconditionError(
      `topic ${name} was made with ${this.partitions} partitions, not ${wanted}`,
      `configure ${this.partitions} partitions, or another data directory`,
    )
  }

  /** What the partition holds now, whichever process wrote it. */
  extent(partition: number): Extent {
    this.database.resetReadTxn()
    return { first: this.numberAt(firstKey(partition)), next: this.numberAt(nextKey(partition)) }
  }

  read(partition: number, from: number, { records, bytes = Infinity }: ReadLimit): readonly LogRecord[] {
    const extent = this.extent(partition)
    assertWithin({ topic: this.name, partition }, from, extent)
    const found: LogRecord[] = []
    if (from === extent.next) return found
    let taken = 0
    const range = { start: recordKey(partition, from), end: recordKey(partition, extent.next), limit: records }
    for (const { key, value } of this.database.getRange(range)) {
      taken += valueBytes(value)
      if (taken > bytes && found.length > 0) break
      found.push(decodeRecord(key.readUIntBE(2, 6), value))
    }
    return found
  }

  /** Those who wait for a partition to grow. */
  waitersOf(partition: number): GrowthWaiters {
    const waiters = this.waiting.get(partition) ?? new GrowthWaiters()
    this.waiting.set(partition, waiters)
    return waiters
  }

  /** True while somebody waits. */
  get awaited(): boolean {
    return [...this.waiting.values()].some(({ size }) => size > 0)
  }

  /** As {@link wake}, but only where somebody has committed since the last look. */
  notice(): boolean {
    return this.signal.changed() && this.wake()
  }

  /** Wakes those whose record is there; says whether there were any. */
  wake(): boolean {
    this.database.resetReadTxn()
    let woken = false
    for (const [partition, waiters] of this.waiting) {
      const { size } = waiters
      if (size > 0) waiters.reached(this.numberAt(nextKey(partition)))
      woken ||= waiters.size < size
    }
    return woken
  }

  async close(): Promise<void> {
    for (const waiters of this.waiting.values()) waiters.release()
    this.room.close()
    await this.database.close()
    this.signal.close()
  }

  /** The number of partitions on disk; of two processes that make the topic at once, the first decides. */
  private found(wanted: number): number {
    const existing = this.database.getEntry(COUNT_KEY)?.version
    if (existing !== undefined) return existing
    try {
      return this.decided(wanted)
    } catch (failure) {
      void this.close()
      throw meaningOfNow(failure, this.path)
    }
  }

  private decided(wanted: number): number {
    this.room.provide(Array<number>(2 * wanted + 1).fill(MARK.length))
    return this.database.transactionSync(() => {
      const decided = this.database.getEntry(COUNT_KEY)?.version
      if (decided !== undefined) return decided
      for (let partition = 0; partition < wanted; partition++) {
        void this.database.put(nextKey(partition), MARK, 0)
        void this.database.put(firstKey(partition), MARK, 0)
      }
      void this.database.put(COUNT_KEY, MARK, wanted)
      return wanted
    })
  }

  private numberAt(key: Buffer): number {
    return this.database.getEntry(key)?.version ?? 0
  }
}
