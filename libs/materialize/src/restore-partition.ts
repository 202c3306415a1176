import { TOPICS, type EventLog } from '@freshet/event-log'
import { type OnlineStore, type PositionVector, type Put, START } from '@freshet/online-store'
import type { SnapshotShelf, StoredSnapshot } from './snapshot-shelf'

/** What a partition is brought back from. */
export interface RestoreScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly partition: number
  readonly shelf: SnapshotShelf
}

/** Stands in a store from the first to the last commit of a restoration: whoever finds it starts that anew. */
const RESTORING_KEY = 'm:restoring'
const PAGE = 1000

/**
 * Where the store is behind the latest snapshot (it was restarted with an older state, or with none), puts the snapshot in its place;
 * the fold then goes on from there instead of from the log's beginning, which may be retired.
 *
 * The first commit moves the positions to the snapshot's, so that whoever folded from the old ones is refused from then on. What a crash
 * leaves half done is done again. Entries of the outbox are forgotten: all that lie before a snapshot had been published when it was sealed.
 *
 * returns  the positions of the snapshot that was used, or of the beginning where a restoration had lost its snapshot
 * throws   StalePositionError when another owner folds or restores at the same time
 */
export async function restorePartition(scope: RestoreScope): Promise<PositionVector | undefined> {
  const { store, partition } = scope
  const standing = await store.positions(partition)
  const [isHalfDone] = await store.read(partition, [RESTORING_KEY])
  const snapshot = await usable(scope)
  if (!isHalfDone && !(snapshot && isAhead(snapshot.positions, standing))) return undefined
  const positions = snapshot?.positions ?? START
  const commit = (puts: readonly Put[], expect = positions): Promise<void> =>
    store.commit(partition, { expect, next: positions, puts, outbox: [], publishedBelow: Number.MAX_SAFE_INTEGER })
  await commit([{ key: RESTORING_KEY, value: new Uint8Array(1) }], standing)
  await wipe(scope, commit)
  if (snapshot) for await (const entries of snapshot.entries()) await commit(entries)
  await commit([{ key: RESTORING_KEY, value: null }])
  return positions
}

/** The latest snapshot, unless it speaks of a log that this one is not: then it belongs to another data set's past. */
async function usable({ log, partition, shelf }: RestoreScope): Promise<StoredSnapshot | undefined> {
  const snapshot = await shelf.newest(partition)
  if (snapshot === undefined) return undefined
  const topics = ['events', 'touches', 'catalog'] as const
  const ends = await Promise.all(topics.map((topic) => log.next({ topic: TOPICS[topic], partition })))
  return topics.every((topic, i) => snapshot.positions[topic] <= ends[i]) ? snapshot : undefined
}

async function wipe({ store, partition }: RestoreScope, commit: (puts: readonly Put[]) => Promise<void>): Promise<void> {
  for (;;) {
    const page = await store.scan(partition, { prefix: '', limit: PAGE })
    const keys = page.map(({ key }) => key).filter((key) => key !== RESTORING_KEY)
    if (keys.length === 0) return
    await commit(keys.map((key) => ({ key, value: null })))
  }
}

const isAhead = (a: PositionVector, b: PositionVector): boolean =>
  a.events >= b.events &&
  a.touches >= b.touches &&
  a.catalog >= b.catalog &&
  a.events + a.touches + a.catalog > b.events + b.touches + b.catalog
