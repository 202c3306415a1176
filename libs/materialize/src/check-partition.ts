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
  /** How many keys are compared at most. */
  readonly keysMax: number
  /** Told how many records of `events` have been folded, of how many. */
  readonly onProgress: (events: number, of: number) => void
}

/** What a comparison with a twin came to. */
export interface PartitionCheck {
  /** Where the stored state stood at the end. */
  readonly positions: PositionVector
  readonly outboxDepth: number
  /** From where the twin was folded: zeros for the log alone. */
  readonly base: PositionVector
  readonly keysCompared: number
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
 * cost    a fold of all that the log keeps, or of what came after the last snapshot where the log begins later
 * throws  PreconditionError where neither reaches back far enough; UnavailableError where the partition does not hold still for a page
 */
export async function checkPartition(scope: CheckScope): Promise<PartitionCheck> {
  const { store, partition, keysMax } = scope
  const { twin, base } = await openTwin(scope)
  const found = { compared: 0, differing: [] as string[] }
  const note = (key: string, stored: Uint8Array | undefined, expected: Uint8Array | undefined): void => {
    if (MARKS.includes(key)) return
    found.compared++
    const how = difference(key, stored, expected)
    if (how !== undefined) found.differing.push(`${key} ${how}`)
  }
  const sides = [
    (after: string | undefined) => store.scan(partition, { prefix: '', after, limit: PAGE }),
    (after: string | undefined) => twin.store.scan(partition, { prefix: '', after, limit: PAGE }), // what the store lacks
  ]
  for (const scan of sides) {
    for (let after: string | undefined; found.compared < keysMax;) {
      const keys = (await scan(after)).map(({ key }) => key)
      const { values: stored, isWithinLog } = await atOneMoment(scope, keys, twin)
      if (!isWithinLog) found.differing.push('its positions are beyond the end of the log')
      const expected = await twin.store.read(partition, keys)
      keys.forEach((key, i) => note(key, stored[i], expected[i]))
      if (keys.length < PAGE) break
      after = keys[keys.length - 1]
    }
  }
  const differing = [...new Set(found.differing)]
  return {
    positions: vectorOf(twin.positions),
    outboxDepth: (await store.outbox(partition, OUTBOX_COUNTED_MAX)).length,
    base,
    keysCompared: found.compared,
    keysDiffering: differing.length,
    examples: differing.slice(0, EXAMPLES_MAX),
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
