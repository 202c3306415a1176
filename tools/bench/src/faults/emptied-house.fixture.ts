import { CatalogRecord, EventRecord } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { catalogue, visits } from './visits'

export const STREAM = { seed: 60, users: 12, items: 20, startMs: 1_700_000_000_000, everyMs: 20_000 }
export const turn = (): Promise<void> => new Promise(setImmediate)
/** Nobody sleeps longer than the event loop takes to come round. */
export const clock = { ...systemClock, sleep: turn }

/** A log of visits, and a store that may be emptied under whoever folds into it. */
export class EmptiedHouse {
  readonly log: EventLog
  readonly store: OnlineStore
  private present: OnlineStore
  private written = 0

  private constructor(readonly partitions: number) {
    this.log = openMemoryLog({ partitions: Object.fromEntries(Object.values(TOPICS).map((topic) => [topic, partitions])) })
    this.present = openMemoryStore({ partitions })
    this.store = {
      positions: (...asked) => this.present.positions(...asked),
      read: (...asked) => this.present.read(...asked),
      look: (...asked) => this.present.look(...asked),
      commit: (...asked) => this.present.commit(...asked),
      outbox: (...asked) => this.present.outbox(...asked),
      scan: (...asked) => this.present.scan(...asked),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }

  /** One with its catalogue, before the first visit. */
  static async open(partitions: number): Promise<EmptiedHouse> {
    const house = new EmptiedHouse(partitions)
    for (const item of catalogue(STREAM)) {
      const value = CatalogRecord.encode({ record: { $case: 'item', item }, timeMs: 1 }).finish()
      await house.append(TOPICS.catalog, item.itemId, value)
    }
    return house
  }

  /** Has so many events more happen. */
  async visit(count: number): Promise<void> {
    const events = visits(this.written + count, STREAM)
    for (; this.written < events.length; this.written++) {
      const event = events[this.written]
      const record: EventRecord = { record: { $case: 'event', event }, sequence: this.written, acceptedMs: event.timeMs }
      await this.append(TOPICS.events, actorOf(event), EventRecord.encode(record).finish())
    }
  }

  /** Whether all is folded, and published; nobody is touched any more, then. */
  async isFolded(): Promise<boolean> {
    const all = [...Array(this.partitions).keys()]
    const reach = async (topic: 'events' | 'touches'): Promise<boolean> =>
      (await Promise.all(all.map((partition) => this.reaches(topic, partition)))).every(Boolean)
    return (await reach('events')) && (await reach('touches'))
  }

  /** Loses all that the store has. */
  empty(): void {
    this.present = openMemoryStore({ partitions: this.partitions })
  }

  private async reaches(topic: 'events' | 'touches', partition: number): Promise<boolean> {
    const { store, log } = this
    const position = (await store.positions(partition))[topic]
    return position === (await log.next({ topic, partition })) && (await store.outbox(partition, 1)).length === 0
  }

  private async append(topic: string, key: string, value: Uint8Array): Promise<void> {
    await this.log.append({ topic, partition: partitionOf(key, this.partitions) }, [{ key, value }])
  }
}
