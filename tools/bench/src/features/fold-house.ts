import { CatalogRecord, Event, EventRecord } from '@freshet/contracts'
import { TOPICS, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { actorOf, builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf, randomBelow, systemClock } from '@freshet/kernel'
import { PartitionFolder, SharedItems } from '@freshet/materialize'
import type { OnlineStore } from '@freshet/online-store'

const PARTITIONS = 8
const ITEMS = 2000
const USERS = 500
const SEED = 11
const TYPES = ['view', 'view', 'view', 'click', 'click', 'cart', 'purchase']
const EVENT_MS = 10
const TICK_EVERY = 100
const CACHE = 200_000

/** A shop's history in a log in memory, so that a fold of it measures the fold and its store. */
export class FoldHouse {
  readonly log: EventLog = openMemoryLog({
    partitions: { events: PARTITIONS, touches: PARTITIONS, catalog: PARTITIONS, examples: PARTITIONS },
  })
  readonly dictionary = compileDictionary(builtInDictionary('demo'))

  private written = 0

  /** Writes a catalogue and so many events of users who look, click and buy. */
  static async open(events: number): Promise<FoldHouse> {
    const house = new FoldHouse()
    for (let i = 0; i < ITEMS; i++) await house.writeItem(i)
    await house.goOn(events)
    return house
  }

  /** Writes so many events more. */
  async goOn(events: number): Promise<void> {
    for (const end = this.written + events; this.written < end; this.written++) await this.writeEvent(this.written)
  }

  /** Folds all of it, every partition at once, and says how many seconds that took. */
  async foldInto(store: OnlineStore): Promise<number> {
    const { log, dictionary } = this
    const items = new SharedItems({ store, partitions: PARTITIONS, clock: systemClock, itemsMax: CACHE })
    const scope = { log, store, dictionary, items, seed: SEED, usersMax: CACHE }
    const folders = await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => PartitionFolder.load({ ...scope, partition })))
    const startMs = performance.now()
    for (let isMore = true; isMore;) isMore = (await Promise.all(folders.map(drain))).some((records) => records > 0) // touches of others come late
    return (performance.now() - startMs) / 1000
  }

  private async writeItem(i: number): Promise<void> {
    const itemId = `item-${i}`
    const attributes = {
      category: { kind: { $case: 'text' as const, text: `c${i % 12}/s${i % 60}` } },
      brand: { kind: { $case: 'text' as const, text: `b${i % 40}` } },
      price: { kind: { $case: 'number' as const, number: 1 + (i % 500) } },
    }
    const record = CatalogRecord.fromPartial({ record: { $case: 'item', item: { itemId, attributes } }, timeMs: 1 })
    await this.append(TOPICS.catalog, itemId, CatalogRecord.encode(record).finish())
  }

  private async writeEvent(i: number): Promise<void> {
    const timeMs = 1_000_000 + i * EVENT_MS
    if (i % TICK_EVERY === 0) await this.writeTick(timeMs)
    const userId = `user-${randomBelow(USERS, SEED, i, 0)}`
    const itemId = `item-${randomBelow(ITEMS, SEED, i, 1)}`
    const event = Event.fromPartial({ eventId: `e${i}`, type: TYPES[randomBelow(TYPES.length, SEED, i, 2)], userId, itemId, timeMs })
    const record: EventRecord = { record: { $case: 'event', event }, sequence: 0, acceptedMs: timeMs }
    await this.append(TOPICS.events, actorOf(event), EventRecord.encode(record).finish())
  }

  private async writeTick(timeMs: number): Promise<void> {
    const tick: EventRecord = {
      record: { $case: 'tick', tick: { timeMs, replay: false, closesReplay: false } },
      sequence: 0,
      acceptedMs: timeMs,
    }
    const value = EventRecord.encode(tick).finish()
    for (let partition = 0; partition < PARTITIONS; partition++)
      await this.log.append({ topic: TOPICS.events, partition }, [{ key: '', value }])
  }

  private async append(topic: string, key: string, value: Uint8Array): Promise<void> {
    await this.log.append({ topic, partition: partitionOf(key, PARTITIONS) }, [{ key, value }])
  }
}

async function drain(folder: PartitionFolder): Promise<number> {
  let records = 0
  for (let step = await folder.step(); step > 0; step = await folder.step()) records += step
  return records
}
