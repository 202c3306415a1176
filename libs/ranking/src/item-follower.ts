import { CatalogRecord, ItemState } from '@freshet/contracts'
import { OffsetOutOfRangeError, TOPICS, type EventLog, type LogRecord } from '@freshet/event-log'
import { ITEM_PREFIX, itemIdOf, itemKey } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import type { OnlineStore, PositionVector } from '@freshet/online-store'
import type { ItemIndex } from './item-index'

/** What an index is kept up from. */
export interface ItemFollowerOptions {
  readonly index: ItemIndex
  readonly log: Pick<EventLog, 'partitions' | 'read' | 'grown'>
  readonly store: Pick<OnlineStore, 'positions' | 'read' | 'scan'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

type Feed = 'touches' | 'catalog'

/**
 * Keeps an index up with the online store: all items at boot, then those that the topics `touches` and `catalog` name, read
 * again as soon as the store has folded what named them.
 */
export class ItemFollower {
  /** By partition: the next offset of `events` that the indexed features do not contain. */
  readonly positions: number[]
  private loaded = false
  private readonly dirty: Map<string, Wanted>[]
  private index: ItemIndex

  constructor(private readonly options: ItemFollowerOptions) {
    this.index = options.index
    const partitions = options.log.partitions(TOPICS.touches)
    this.positions = new Array<number>(partitions).fill(0)
    this.dirty = Array.from({ length: partitions }, () => new Map<string, Wanted>())
  }

  /** True once every item that the store had at boot is known. */
  get isLoaded(): boolean {
    return this.loaded
  }

  /** How many items are known to have changed and were not read again yet. */
  get dirtyCount(): number {
    return this.dirty.reduce((sum, items) => sum + items.size, 0)
  }

  /** Keeps another index up from now on. */
  turnTo(index: ItemIndex): void {
    this.index = index
  }

  /** Loads all items, as soon as the store is there, then follows until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const ends = await this.loadPatiently(signal)
    const tails = ends.flatMap((next, partition) => [
      this.tail('touches', partition, { next: next.touches, signal }),
      this.tail('catalog', partition, { next: next.catalog, signal }),
    ])
    await Promise.all([...tails, this.renewUntil(signal)])
  }

  /** Reads every item of the store; returns where the topics are to be followed from. */
  async load(signal: AbortSignal): Promise<PositionVector[]> {
    const ends: PositionVector[] = []
    for (let partition = 0; partition < this.dirty.length && !signal.aborted; partition++) {
      const position = await this.options.store.positions(partition)
      await this.scanPartition(partition, signal)
      this.positions[partition] = position.events
      ends.push(position)
    }
    this.loaded = !signal.aborted
    return ends
  }

  /** Reads again what changed and is folded by now; false where nothing of it was. */
  async renew(): Promise<boolean> {
    const renewed = await Promise.all(this.dirty.map((_, partition) => this.renewPartition(partition)))
    return renewed.includes(true)
  }

  private async loadPatiently(signal: AbortSignal): Promise<PositionVector[]> {
    const { clock, onError } = this.options
    while (!signal.aborted) {
      try {
        return await this.load(signal)
      } catch (error) {
        onError(error)
        await clock.sleep(RETRY_MS, signal)
      }
    }
    return []
  }

  private async scanPartition(partition: number, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.options
    let after: string | undefined
    while (!signal.aborted) {
      const page = await store.scan(partition, { prefix: ITEM_PREFIX, after, limit: PAGE })
      for (const { key, value } of page) this.index.upsert(itemIdOf(key), ItemState.decode(value), clock.nowMs())
      if (page.length < PAGE) return
      after = page[page.length - 1].key
      await clock.sleep(0, signal)
    }
  }

  private async tail(feed: Feed, partition: number, reading: { next: number; readonly signal: AbortSignal }): Promise<void> {
    const { log, clock, onError } = this.options
    const { signal } = reading
    while (!signal.aborted) {
      try {
        reading.next = await this.readOn(feed, partition, reading.next)
        await log.grown({ topic: TOPICS[feed], partition }, reading.next, signal)
      } catch (error) {
        onError(error)
        await clock.sleep(RETRY_MS, signal)
      }
    }
  }

  /** Notes which items the next records name; returns where to go on. */
  async readOn(feed: Feed, partition: number, next: number): Promise<number> {
    const { log } = this.options
    const at = { topic: TOPICS[feed], partition }
    const records = await log.read(at, next, READ).catch((error: unknown) => {
      if (error instanceof OffsetOutOfRangeError && next < error.first) return log.read(at, error.first, READ) // what was retired is folded
      throw error
    })
    for (const record of records) this.note(feed, partition, record)
    return records.length === 0 ? next : records[records.length - 1].offset + 1
  }

  private note(feed: Feed, partition: number, record: LogRecord): void {
    const itemId = feed === 'touches' ? record.key : catalogItemId(record.value)
    if (itemId === undefined) return
    const items = this.dirty[partition]
    const before = items.get(itemId) ?? { touches: 0, catalog: 0 }
    items.set(itemId, { ...before, [feed]: record.offset + 1 })
  }

  private async renewUntil(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.options
    while (!signal.aborted) {
      await this.renew().catch(onError)
      await clock.sleep(RENEW_MS, signal)
    }
  }

  private async renewPartition(partition: number): Promise<boolean> {
    const { store, clock } = this.options
    const items = this.dirty[partition]
    const position = await store.positions(partition)
    if (items.size === 0) {
      this.positions[partition] = position.events
      return false
    }
    const ready = readyItems(items, position)
    if (ready.length === 0) return false
    const values = await store.read(
      partition,
      ready.map(([itemId]) => itemKey(itemId)),
    )
    values.forEach((value, i) => {
      const [itemId, wanted] = ready[i]
      this.index.upsert(itemId, value && ItemState.decode(value), clock.nowMs())
      if (items.get(itemId) === wanted) items.delete(itemId)
    })
    if (items.size === 0) this.positions[partition] = position.events
    return true
  }
}

/** The offsets that the store's vector must have passed before an item is worth reading. */
type Wanted = Readonly<Record<Feed, number>>

const PAGE = 512
const READ = { records: 1000 }
const BATCH = 256 // some milliseconds of the event loop
const RENEW_MS = 40 // of what changes several times meanwhile, the last is read
const RETRY_MS = 200

/** The oldest notes first, so that an item that never rests does not hold back the others. */
function readyItems(items: ReadonlyMap<string, Wanted>, position: PositionVector): [string, Wanted][] {
  const ready: [string, Wanted][] = []
  for (const [itemId, wanted] of items) {
    if (ready.length === BATCH) break
    if (wanted.touches <= position.touches && wanted.catalog <= position.catalog) ready.push([itemId, wanted])
  }
  return ready
}

function catalogItemId(value: Uint8Array): string | undefined {
  const { record } = CatalogRecord.decode(value)
  if (record?.$case === 'item') return record.item.itemId
  return record?.$case === 'deletedItemId' ? record.deletedItemId : undefined
}
