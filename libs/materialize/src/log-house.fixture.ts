import { CatalogRecord, EventRecord, ExampleGroup, ItemState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { type Dictionary, actorOf, compileDictionary, itemKey } from '@freshet/features'
import { partitionOf, systemClock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { PartitionFolder } from './partition-folder'
import { SharedItems } from './shared-items'
import { testDictionaryText } from './records.fixture'

/** What may stand between a house and its engines: to lose answers, to cut batches. */
export interface Engines {
  readonly log: EventLog
  readonly store: OnlineStore
}

/** Log, store and folders of a small house, on engines in memory. */
export class LogHouse {
  readonly dictionary: Dictionary = compileDictionary(testDictionaryText)
  readonly log: EventLog
  store: OnlineStore
  readonly partitions = 2
  /** Of its log, where that has one. */
  generation: string | undefined
  private readonly through: (engines: Engines) => Engines

  constructor({ log, through = (engines) => engines }: { log?: EventLog; through?: (engines: Engines) => Engines } = {}) {
    const { partitions } = this
    this.log = log ?? openMemoryLog({ partitions: { events: partitions, touches: partitions, catalog: partitions, examples: partitions } })
    this.store = openMemoryStore({ partitions })
    this.through = through
  }

  /** Loses the store: everything has to be folded again. */
  forgetStore(): void {
    this.store = openMemoryStore({ partitions: this.partitions })
  }

  /** Appends records by whom they concern; a tick, and another dictionary, goes to all partitions. */
  async append(...records: readonly EventRecord[]): Promise<void> {
    for (const record of records) {
      const key = keyOf(record)
      const targets = key === '' ? [...Array(this.partitions).keys()] : [partitionOf(key, this.partitions)]
      const value = EventRecord.encode(record).finish()
      for (const partition of targets) await this.log.append({ topic: TOPICS.events, partition }, [{ key, value }])
    }
  }

  async appendCatalog(key: string, record: CatalogRecord['record']): Promise<void> {
    const value = CatalogRecord.encode({ record, timeMs: 1 }).finish()
    await this.log.append({ topic: TOPICS.catalog, partition: partitionOf(key, this.partitions) }, [{ key, value }])
  }

  /** A process that folds all partitions. */
  async load(): Promise<PartitionFolder[]> {
    const { dictionary, generation } = this
    const engines = this.through({ log: this.log, store: this.store })
    const items = new SharedItems({ store: engines.store, partitions: this.partitions, clock: systemClock, itemsMax: 3 })
    const folders: PartitionFolder[] = []
    for (let partition = 0; partition < this.partitions; partition++) {
      folders.push(await PartitionFolder.load({ ...engines, dictionary, generation, partition, items, seed: 7, usersMax: 2 }))
    }
    return folders
  }

  /** Folds everything there is; a crash ends the process, and the next one goes on. Returns how many crashes there were. */
  async drain(): Promise<number> {
    for (let crashes = 0; ; crashes++) {
      try {
        const folders = await this.load()
        for (let progress = true; progress;) {
          progress = false
          for (const folder of folders) if ((await folder.step()) > 0) progress = true
        }
        return crashes
      } catch (error) {
        if (!(error instanceof Crash)) throw error
      }
    }
  }

  /** What a trainer takes: each group in order, a lower one dropped. */
  async examples(partition: number): Promise<ExampleGroup[]> {
    const records = await this.log.read({ topic: TOPICS.examples, partition }, 0, { records: 1_000_000 })
    const groups = records.map(({ value }) => ExampleGroup.decode(value))
    let last = { sourceOffset: -1, ordinal: -1 }
    return groups.filter((group) => {
      if (group.sourceOffset < last.sourceOffset || (group.sourceOffset === last.sourceOffset && group.ordinal <= last.ordinal))
        return false
      last = group
      return true
    })
  }

  async item(itemId: string): Promise<ItemState | undefined> {
    const [value] = await this.store.read(partitionOf(itemId, this.partitions), [itemKey(itemId)])
    return value && ItemState.decode(value)
  }
}

function keyOf({ record }: EventRecord): string {
  if (record?.$case === 'event') return actorOf(record.event)
  if (record?.$case === 'forget') return actorOf(record.forget)
  return record?.$case === 'link' ? actorOf({ userId: '', sessionId: record.link.sessionId }) : ''
}

/** The end of a process, as a test brings it about. */
export class Crash extends Error {}
