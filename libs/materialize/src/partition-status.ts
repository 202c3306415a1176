import { FoldState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import type { OnlineStore, PositionVector } from '@freshet/online-store'
import { FOLD_KEY } from './load-partition'

/** How far the fold of a partition has come, as its store says: whoever folds it. */
export interface PartitionStatus {
  readonly partition: number
  readonly positions: PositionVector
  /** The next offset of each source topic. */
  readonly ends: PositionVector
  /** Entries that are written and not yet forgotten; up to a bound. */
  readonly outboxDepth: number
  readonly state: FoldState
}

/** Reads a partition's status. */
export async function partitionStatus(log: EventLog, store: OnlineStore, partition: number): Promise<PartitionStatus> {
  const end = (topic: keyof PositionVector): Promise<number> => log.next({ topic: TOPICS[topic], partition })
  const [positions, events, touches, catalog, outbox, [stored]] = await Promise.all([
    store.positions(partition),
    ...([end('events'), end('touches'), end('catalog')] as const),
    store.outbox(partition, OUTBOX_COUNTED_MAX),
    store.read(partition, [FOLD_KEY]),
  ])
  const ends = { events, touches, catalog }
  return { partition, positions, ends, outboxDepth: outbox.length, state: stored ? FoldState.decode(stored) : FoldState.create() }
}

const OUTBOX_COUNTED_MAX = 10_000
