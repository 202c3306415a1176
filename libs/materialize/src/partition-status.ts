import { FoldState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import type { OnlineStore, PositionVector } from '@freshet/online-store'
import { FOLD_KEY } from './load-partition'

/** How far the fold of a partition has come, as its store says: whoever folds it. */
export interface PartitionStatus {
  readonly partition: number
  readonly positions: PositionVector
  /** The next offset of `events`. */
  readonly eventsEnd: number
  /** Entries that are written and not yet forgotten; up to a bound. */
  readonly outboxDepth: number
  readonly state: FoldState
}

/** Reads a partition's status. */
export async function partitionStatus(log: EventLog, store: OnlineStore, partition: number): Promise<PartitionStatus> {
  const [positions, eventsEnd, outbox, [stored]] = await Promise.all([
    store.positions(partition),
    log.next({ topic: TOPICS.events, partition }),
    store.outbox(partition, OUTBOX_COUNTED_MAX),
    store.read(partition, [FOLD_KEY]),
  ])
  return { partition, positions, eventsEnd, outboxDepth: outbox.length, state: stored ? FoldState.decode(stored) : FoldState.create() }
}

const OUTBOX_COUNTED_MAX = 10_000
