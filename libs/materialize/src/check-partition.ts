import type { EventLog } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { type OnlineStore, type PositionVector, samePositions, sameStanding, START, vectorOf } from '@freshet/online-store'
import { comparable } from './comparable-state'
import { FOLDED_KEY } from './folded-log'
import { assertReachesBack, FROM_LOG_KEY, RESTORING_KEY, usable } from './restore-partition'
import type { SnapshotShelf } from './snapshot-shelf'
import { openStateTwin, type StateTwin } from './state-twin'

/** What is checked, and against what. */
export interface CheckScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly partition: number
  /** The one that the data set was made with. */
  readonly dictionary: Dictionary
  readonly clock: Clock
  readonly shelf: SnapshotShelf
  /** How many of the store's keys are looked at at most, in their order; with a bound, what it lacks is looked for among as many of the twin's. */
  readonly keysMax: number
  /** Told how many records of `events` have been folded, of how many. */
  readonly onProgress: (events: number, of: number) => void
  /** Told how many keys have been looked at. */
  readonly onCompared: (keys: number) => void
}

/** What a comparison with a twin came to. */
export interface PartitionCheck {
  /** Where the stored state stood at the end. */
  readonly positions: PositionVector
  readonly outboxDepth: number
  /** From where the twin was folded: zeros for the log alone. */
  readonly base: PositionVector
  readonly keysCompared: number
  /** False where `keysMax` ended it before all keys of both sides were looked at. */
  readonly isWhole: boolean
  /** How many of them differ, or are on one side only; one more where the state is beyond the log. */
  readonly keysDiffering: number
  /** The first of those, and how. */
  readonly examples: readonly string[]
}

const MARKS: readonly string[] = [RESTORING_KEY, FROM_LOG_KEY, FOLDED_KEY] // of how a state came about, not of what it is
const PAGE = 500
const TRIES = 200 // an owner commits every few milliseconds, and a page is read in less
const EXAMPLES_MAX = 10
const OUTBOX_COUNTED_MAX = 10_000

/**
 * Holds a partition's stored state against a twin that is folded from the log in memory. The owner may go on: each page is of one moment,
 * and the twin is folded up to that before they are compared.
 *
 * cost    a fold of all that the log keeps, or of what came after the last snapshot where the log begins later; memory for the partition's state
 * throws  PreconditionError where neither reaches back far enough; UnavailableError where the partition does not hold still for a page
 */
export async function checkPartition(scope: CheckScope): Promise<PartitionCheck> {
  const { store, partition } = scope
  const { twin, base } = await openTwin(scope)
  const findings = new Findings()
  const compare = async (of: Pick<OnlineStore, 'scan'>, isMeant: (stored: Uint8Array | undefined) => boolean): Promise<boolean> => {
    let after: string | undefined
    for (let looked = 0; looked < scope.keysMax; looked += PAGE) {
      const keys = (await of.scan(partition, { prefix: '', after, limit: PAGE })).map(({ key }) => key)
      const { values: stored, isWithinLog } = await atOneMoment(scope, keys, twin)
      findings.isBeyond ||= !isWithinLog
      const expected = await twin.store.read(partition, keys)
      keys.forEach((key, i) => isMeant(stored[i]) && findings.note(key, stored[i], expected[i]))
      scope.onCompared(findings.compared)
      if (keys.length < PAGE) return true
      after = keys[keys.length - 1]
    }
    return false
  }
  const isStoredWhole = await compare(store, (stored) => stored !== undefined)
  const isTwinWhole = await compare(twin.store, (stored) => stored === undefined) // what the store lacks
  return {
    positions: vectorOf(twin.positions),
    outboxDepth: (await store.outbox(partition, OUTBOX_COUNTED_MAX)).length,
    base,
    keysCompared: findings.compared,
    isWhole: isStoredWhole && isTwinWhole,
    keysDiffering: findings.differing + (findings.isBeyond ? 1 : 0),
    examples: [...(findings.isBeyond ? ['its positions are beyond the end of the log'] : []), ...findings.examples].slice(0, EXAMPLES_MAX),
  }
}

/** What a comparison has come to so far: of what differs, the first few by name. */
class Findings {
  compared = 0
  differing = 0
  /** The stored state stands where the log does not reach. */
  isBeyond = false
  readonly examples: string[] = []

  note(key: string, stored: Uint8Array | undefined, expected: Uint8Array | undefined): void {
    if (MARKS.includes(key)) return
    this.compared++
    const how = difference(key, stored, expected)
    if (how === undefined) return
    this.differing++
    if (this.examples.length < EXAMPLES_MAX) this.examples.push(`${key} ${how}`)
  }
}

/** From the log alone where that is whole: a snapshot may hold the same damage. */
async function openTwin(scope: CheckScope): Promise<{ readonly twin: StateTwin; readonly base: PositionVector }> {
  const isWhole = await assertReachesBack(scope, START).then(
    () => true,
    () => false,
  )
  if (isWhole) {
    const none = { ...scope.shelf, newest: () => Promise.resolve(undefined) }
    return { twin: await openStateTwin({ ...scope, shelf: none }), base: START }
  }
  const base = (await usable(scope))?.positions ?? START
  await assertReachesBack(scope, base)
  return { twin: await openStateTwin(scope), base }
}

/** The values of keys as of a vector to which the twin has then been folded, as far as the log goes. */
async function atOneMoment({ store, partition, onProgress }: CheckScope, keys: readonly string[], twin: StateTwin) {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await store.positions(partition)
    const values = await store.read(partition, keys)
    if (!sameStanding(before, await store.positions(partition))) continue
    await twin.advance(before, (events) => onProgress(events, before.events))
    return { values, isWithinLog: samePositions(before, twin.positions) }
  }
  throw new UnavailableError(`a moment in which partition ${partition} holds still`, 'check it again when it is quieter')
}

function difference(key: string, stored: Uint8Array | undefined, expected: Uint8Array | undefined): string | undefined {
  if (stored === undefined) return expected === undefined ? undefined : 'is missing'
  if (expected === undefined) return 'should not be there'
  return isSame(key, stored, expected) ? undefined : 'is not what the log says'
}

function isSame(key: string, stored: Uint8Array, expected: Uint8Array): boolean {
  try {
    return comparable(key, stored) === comparable(key, expected)
  } catch {
    return false // bytes that are no state
  }
}
