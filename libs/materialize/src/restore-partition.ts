import { encoded, FoldedLog } from '@freshet/contracts'
import type { EventLog } from '@freshet/event-log'
import { PreconditionError } from '@freshet/kernel'
import { lineageAfter, type OnlineStore, type PositionVector, type Put, samePositions, type Standing, START } from '@freshet/online-store'
import { beyondEnd, FOLDED_KEY, foldedOf, whyOtherLog } from './folded-log'
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
  /** Names the log, where it lies in the data set's directory, one brought back from a backup anew; without it, logs are told apart by their records. */
  readonly generation?: string
  /** How long the store has been known to go beyond the log's end: for good, unless told otherwise. */
  readonly aheadForMs?: number
}

/** Stands in a store from the first to the last commit of a restoration: whoever finds it starts that anew. Its value says from what. */
export const RESTORING_KEY = 'm:restoring'
/** Stands in a store that was made anew from the log alone: a later trouble does not bring a snapshot back that was in doubt. */
export const FROM_LOG_KEY = 'm:from-log'
const MARKS: Readonly<Record<RestoreFrom, Uint8Array>> = { snapshot: Uint8Array.of(0), log: Uint8Array.of(1) }
const PAGE = 1000

/**
 * Makes a partition's state anew where it is of no use: where the store is behind the latest snapshot (it was restarted with an older state,
 * or with none), where somebody has asked for it, and where it was folded from another log than there is now (one brought back from a
 * backup, or begun anew, beside a store that was not). A snapshot takes its place, or nothing; the fold goes on from there.
 *
 * Each commit has a lineage of its own, so that whoever folds, or restores as well, is refused from the first one on. What a crash leaves
 * half done is done again. Where the log alone was asked for and has been trimmed since, the snapshot it is after all: what was trimmed is in it.
 * Entries of the outbox are forgotten: all that lie before a snapshot had been published when it was sealed.
 *
 * returns  the positions of the snapshot that was used, or of the beginning where there is none; undefined where the state is left alone
 * throws   StalePositionError when another owner folds or restores at the same time, PreconditionError where the state is of another log, and
 *          neither a snapshot nor the log reaches back
 */
export async function restorePartition(scope: RestoreScope): Promise<PositionVector | undefined> {
  const found = await lookAt(scope)
  const from: RestoreFrom = found.mark?.[0] === MARKS.log[0] && (await reachesBack(scope, START)) ? 'log' : 'snapshot'
  const snapshot = from === 'log' ? undefined : await ofThisLog(scope, found)
  if (!(await isDue(scope, found, snapshot))) return undefined
  const positions = snapshot?.positions ?? START
  let at = found.standing
  const commit = async (puts: readonly Put[]): Promise<void> => void (at = await replace(scope, { expect: at, positions, puts }))
  await commit([{ key: RESTORING_KEY, value: MARKS[from] }])
  await wipe(scope, commit)
  if (snapshot) for await (const entries of snapshot.entries()) await commit(entries)
  const marks = from === 'log' ? [{ key: FROM_LOG_KEY, value: MARKS.log }] : []
  await commit([{ key: RESTORING_KEY, value: null }, ...marks, ...(await foldedPuts(scope, snapshot))])
  return positions
}

/** What a store says of a partition before anything is done about it. */
interface Found {
  readonly standing: Standing
  readonly mark: Uint8Array | undefined
  readonly fromLog: Uint8Array | undefined
  /** Why its state is of another log. */
  readonly otherLog: string | undefined
}

async function lookAt(scope: RestoreScope): Promise<Found> {
  const { store, partition, aheadForMs = Infinity } = scope
  const standing = await store.positions(partition)
  const [mark, fromLog, folded] = await store.read(partition, [RESTORING_KEY, FROM_LOG_KEY, FOLDED_KEY])
  if (mark || samePositions(standing, START)) return { standing, mark, fromLog, otherLog: undefined }
  const otherLog = await whyOtherLog(scope, folded && FoldedLog.decode(folded))
  const beyond = samePositions(await beyondEnd(scope, standing), NOTHING_LOST) ? undefined : BEYOND
  return { standing, mark, fromLog, otherLog: otherLog ?? (aheadForMs >= AHEAD_MS ? beyond : undefined) }
}

/** A broker that has just taken over may not have heard of the last records yet; after so long it has. */
const AHEAD_MS = 10_000
const BEYOND = 'was folded from another log, which was longer'

async function isDue(scope: RestoreScope, found: Found, snapshot: StoredSnapshot | undefined): Promise<boolean> {
  const { standing, mark, fromLog, otherLog } = found
  if (mark) return true
  if (otherLog === undefined) {
    if (snapshot === undefined || !isAhead(snapshot.positions, standing)) return false
    return !fromLog || !(await reachesBack(scope, standing))
  }
  if (snapshot === undefined && !(await reachesBack(scope, START)))
    throw new PreconditionError(
      `partition ${scope.partition} of the store ${otherLog}, and neither a snapshot of this log nor its beginning is there`,
      'bring back the log that belongs to the store, or restore the data set from a backup that has snapshots of the partition',
    )
  return true
}

/**
 * The latest snapshot of the log that is at hand. Others are set aside: in the way of those that are made from now on, they would be kept in
 * their place. One that goes beyond the end of a log of which the state does not is left where it is: that end may not have been heard of yet.
 */
async function ofThisLog(scope: RestoreScope, { otherLog }: Found): Promise<StoredSnapshot | undefined> {
  const { shelf, partition } = scope
  for (;;) {
    const snapshot = await shelf.newest(partition)
    const origin = snapshot && (await originOf(scope, snapshot))
    if (snapshot === undefined || origin === 'this log') return snapshot
    if (origin === 'beyond the end' && otherLog === undefined) return undefined
    await shelf.setAside(partition, snapshot.positions)
  }
}

/** What a restored state says of its log: what the snapshot says, under the log's present generation. */
async function foldedPuts({ generation }: RestoreScope, snapshot: StoredSnapshot | undefined): Promise<readonly Put[]> {
  const folded = (snapshot && (await foldedOf(snapshot))) ?? FoldedLog.create()
  if (generation === undefined || folded.generation === generation) return []
  return [{ key: FOLDED_KEY, value: encoded(FoldedLog, { ...folded, generation }) }]
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
export async function usable(scope: RestoreScope): Promise<StoredSnapshot | undefined> {
  const snapshot = await scope.shelf.newest(scope.partition)
  return snapshot && (await originOf(scope, snapshot)) === 'this log' ? snapshot : undefined
}

/** Whatever the log's generation: snapshots come and go with the log. */
async function originOf(
  { log, partition }: RestoreScope,
  snapshot: StoredSnapshot,
): Promise<'this log' | 'beyond the end' | 'another log'> {
  if ((await whyOtherLog({ log, partition }, await foldedOf(snapshot))) !== undefined) return 'another log'
  return samePositions(await beyondEnd({ log, partition }, snapshot.positions), NOTHING_LOST) ? 'this log' : 'beyond the end'
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
