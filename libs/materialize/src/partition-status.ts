import { FoldState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import type { OnlineStore, PositionVector } from '@freshet/online-store'
import { FOLD_KEY } from './load-partition'
import { firstsOf, lostBetween, NOTHING_LOST } from './lost-sources'
import { RESTORING_KEY } from './restore-partition'

/** How far the fold of a partition has come, as its store says: whoever folds it. */
export interface PartitionStatus {
  readonly partition: number
  readonly positions: PositionVector
  /** The next offset of each source topic. */
  readonly ends: PositionVector
  /** The first offset of each that is still kept. */
  readonly firsts: PositionVector
  /** Records of each that were to be folded next and are in the log no more: such a partition stands still. */
  readonly lost: PositionVector
  /** Records of each that the store contains and the log does not: it was folded from another log. */
  readonly beyond: PositionVector
  /** Entries that are written and not yet forgotten; up to a bound. */
  readonly outboxDepth: number
  readonly state: FoldState
}

/** Reads a partition's status. */
export async function partitionStatus(log: EventLog, store: OnlineStore, partition: number): Promise<PartitionStatus> {
  const end = (topic: keyof PositionVector): Promise<number> => log.next({ topic: TOPICS[topic], partition })
  const positions = await store.positions(partition) // before the ends: an owner folds meanwhile, and no end goes back
  const [firsts, events, touches, catalog, outbox, [stored, mark]] = await Promise.all([
    firstsOf(log, partition),
    ...([end('events'), end('touches'), end('catalog')] as const),
    store.outbox(partition, OUTBOX_COUNTED_MAX),
    store.read(partition, [FOLD_KEY, RESTORING_KEY]),
  ])
  const lost = mark ? NOTHING_LOST : lostBetween(positions, firsts) // what is made anew stands nowhere yet
  const state = stored ? FoldState.decode(stored) : FoldState.create()
  const ends = { events, touches, catalog }
  return { partition, positions, ends, firsts, lost, beyond: lostBetween(ends, positions), outboxDepth: outbox.length, state }
}

const OUTBOX_COUNTED_MAX = 10_000
