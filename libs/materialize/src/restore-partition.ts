import { TOPICS, type EventLog } from '@freshet/event-log'
import { PreconditionError } from '@freshet/kernel'
import { lineageAfter, type OnlineStore, type PositionVector, type Put, samePositions, type Standing, START } from '@freshet/online-store'
import { firstsOf, lostBetween, NOTHING_LOST } from './lost-sources'
import { SOURCES } from './sources'
import type { SnapshotShelf, StoredSnapshot } from './snapshot-shelf'

/** What a partition's state is begun anew from: its latest snapshot where there is one, or the log alone. */
export type RestoreFrom = 'snapshot' | 'log'

/** What a partition is brought back from. */
export interface RestoreScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly partition: number
  /** Who restores, among those who may. */
  readonly member?: string
  readonly shelf: SnapshotShelf
}

/** Stands in a store from the first to the last commit of a restoration: whoever finds it starts that anew. Its value says from what. */
export const RESTORING_KEY = 'm:restoring'
/** Stands in a store that was made anew from the log alone: a later trouble does not bring a snapshot back that was in doubt. */
export const FROM_LOG_KEY = 'm:from-log'
const MARKS: Readonly<Record<RestoreFrom, Uint8Array>> = { snapshot: Uint8Array.of(0), log: Uint8Array.of(1) }
const PAGE = 1000

/**
 * Where the store is behind the latest snapshot (it was restarted with an older state, or with none), puts the snapshot in its place;
 * the fold then goes on from there instead of from the log's beginning, which may be retired.
 *
 * Each commit has a lineage of its own, so that whoever folds, or restores as well, is refused from the first one on. What a crash leaves
 * half done is done again. Where the log alone was asked for and has been trimmed since, the snapshot it is after all: what was trimmed is in it.
 * Entries of the outbox are forgotten: all that lie before a snapshot had been published when it was sealed.
 *
 * returns  the positions of the snapshot that was used, or of the beginning where a restoration had lost its snapshot
 * throws   StalePositionError when another owner folds or restores at the same time
 */
export async function restorePartition(scope: RestoreScope): Promise<PositionVector | undefined> {
  const { store, partition } = scope
  const standing = await store.positions(partition)
  const [mark, fromLog] = await store.read(partition, [RESTORING_KEY, FROM_LOG_KEY])
  const from: RestoreFrom = mark?.[0] === MARKS.log[0] && (await reachesBack(scope, START)) ? 'log' : 'snapshot'
  const snapshot = from === 'log' ? undefined : await usable(scope)
  if (!mark && !(snapshot && isAhead(snapshot.positions, standing))) return undefined
  if (!mark && fromLog && (await reachesBack(scope, standing))) return undefined
  const positions = snapshot?.positions ?? START
  let at = standing
  const commit = async (puts: readonly Put[]): Promise<void> => void (at = await replace(scope, { expect: at, positions, puts }))
  await commit([{ key: RESTORING_KEY, value: MARKS[from] }])
  await wipe(scope, commit)
  if (snapshot) for await (const entries of snapshot.entries()) await commit(entries)
  await commit([{ key: RESTORING_KEY, value: null }, ...(from === 'log' ? [{ key: FROM_LOG_KEY, value: MARKS.log }] : [])])
  return positions
}

/**
 * Asks for a partition's state to be thrown away and made anew: whoever folds it is refused from then on, loads it again, and restores it
 * first; where nobody folds it, whoever comes next does.
 *
 * throws  PreconditionError where the log no longer reaches back to where the fold would begin, StalePositionError when its owner was faster
 */
export async function askForRestoration(scope: RestoreScope, from: RestoreFrom): Promise<void> {
  const { store, partition } = scope
  const base = from === 'log' ? START : ((await usable(scope))?.positions ?? START)
  await assertReachesBack(scope, base)
  const standing = await store.positions(partition)
  await replace(scope, { expect: standing, positions: START, puts: [{ key: RESTORING_KEY, value: MARKS[from] }] })
}

interface Replacement {
  readonly expect: Standing
  readonly positions: PositionVector
  readonly puts: readonly Put[]
}

/** Commits a part of a restoration, and says where the partition stands then. */
async function replace({ store, partition, member = '' }: RestoreScope, { expect, positions, puts }: Replacement): Promise<Standing> {
  const next = { ...positions, lineage: lineageAfter(expect, `${member}/restoring`) }
  await store.commit(partition, { expect, next, puts, outbox: [], publishedBelow: Number.MAX_SAFE_INTEGER })
  return next
}

const reachesBack = (scope: RestoreScope, base: PositionVector): Promise<boolean> =>
  firstsOf(scope.log, scope.partition).then((firsts) => samePositions(lostBetween(base, firsts), NOTHING_LOST))

/** Refuses a beginning that the log does not have any more. Throws PreconditionError. */
export async function assertReachesBack({ log, partition }: Pick<RestoreScope, 'log' | 'partition'>, base: PositionVector): Promise<void> {
  const firsts = await firstsOf(log, partition)
  const lost = lostBetween(base, firsts)
  const topic = SOURCES.find((each) => lost[each] > 0)
  if (topic === undefined) return
  throw new PreconditionError(
    `${topic}/${partition} begins at ${firsts[topic]}, and the state would be made from ${base[topic]} on`,
    'restore the data set from a backup, or leave the partition as it is',
  )
}

/** The latest snapshot, unless it speaks of a log that this one is not: then it belongs to another data set's past. */
export async function usable({ log, partition, shelf }: RestoreScope): Promise<StoredSnapshot | undefined> {
  const snapshot = await shelf.newest(partition)
  if (snapshot === undefined) return undefined
  const ends = await Promise.all(SOURCES.map((topic) => log.next({ topic: TOPICS[topic], partition })))
  return SOURCES.every((topic, i) => snapshot.positions[topic] <= ends[i]) ? snapshot : undefined
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
