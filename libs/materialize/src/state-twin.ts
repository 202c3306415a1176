import { type EventLog, type Partition, TOPICS } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { type OnlineStore, type PositionVector, START } from '@freshet/online-store'
import { openMemoryStore } from '@freshet/online-store/memory'
import { PartitionFolder } from './partition-folder'
import { restorePartition } from './restore-partition'
import { SharedItems } from './shared-items'
import { SOURCES } from './sources'
import type { SnapshotShelf } from './snapshot-shelf'

/** What a twin is made of. */
export interface TwinScope {
  readonly log: EventLog
  /** The one that the data set was made with. */
  readonly dictionary: Dictionary
  readonly partition: number
  readonly clock: Clock
  /** Where it may begin from instead of the log's beginning. */
  readonly shelf: SnapshotShelf
}

/** A partition's state in memory, folded from the log by the code that folds the stored one; nothing that it does is seen by anybody. */
export interface StateTwin {
  readonly store: OnlineStore
  readonly positions: PositionVector
  /** Folds up to exactly there, which is not behind where it stands; told how many records of `events` it has folded. */
  advance(to: PositionVector, onProgress: (events: number) => void): Promise<void>
}

const ITEMS_MAX = 200_000
const USERS_MAX = 20_000

/** Opens a twin at its beginning. */
export async function openStateTwin({ log, dictionary, partition, clock, shelf }: TwinScope): Promise<StateTwin> {
  const partitions = log.partitions(TOPICS.events)
  const store = openMemoryStore({ partitions })
  let bound: PositionVector = (await restorePartition({ log, store, partition, shelf })) ?? START
  const view = boundedView(log, () => bound)
  const items = new SharedItems({ store, partitions, clock, itemsMax: ITEMS_MAX })
  const { seed } = dictionary.declared.model
  const folder = await PartitionFolder.load({ log: view, store, dictionary, partition, items, seed, usersMax: USERS_MAX })
  return {
    store,
    get positions() {
      return folder.positions
    },
    async advance(to, onProgress) {
      bound = to
      while ((await folder.step()) > 0) onProgress(folder.positions.events)
    },
  }
}

/** The log as it was when a partition stood at a vector: nothing is read beyond that, and nothing is written. */
function boundedView(log: EventLog, bound: () => PositionVector): EventLog {
  const endOf = ({ topic }: Partition): number => (isSource(topic) ? bound()[topic] : Infinity)
  return {
    ...log,
    append: () => Promise.resolve(0),
    async read(of, from, limit) {
      const end = endOf(of)
      if (from >= end) return []
      const records = await log.read(of, from, { ...limit, records: Math.min(limit.records, end - from) })
      return records.filter(({ offset }) => offset < end)
    },
    next: async (of) => Math.min(await log.next(of), endOf(of)),
  }
}

const isSource = (topic: string): topic is keyof PositionVector => (SOURCES as readonly string[]).includes(topic)
