import { type EventLog, TOPICS } from '@freshet/event-log'
import { InvalidFieldError, PreconditionError } from '@freshet/kernel'
import { lineageAfter, type OnlineStore, type PositionVector, START } from '@freshet/online-store'
import { type Source, SOURCES } from './sources'

/** Where a partition is let go on. */
export interface LossScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly partition: number
  /** Who says so. */
  readonly member: string
}

/** Of a partition that lacks nothing. */
export const NOTHING_LOST: PositionVector = START

/** Where the log of a partition's sources begins. */
export async function firstsOf(log: Pick<EventLog, 'first'>, partition: number): Promise<PositionVector> {
  const first = (of: Source): Promise<number> => log.first({ topic: TOPICS[of], partition })
  const [events, touches, catalog] = await Promise.all([first('events'), first('touches'), first('catalog')])
  return { events, touches, catalog }
}

/** How many records of each source lie between where a fold stands and where the log begins: they were trimmed before they were folded. */
export function lostBetween(positions: PositionVector, firsts: PositionVector): PositionVector {
  const of = (source: Source): number => Math.max(0, firsts[source] - positions[source])
  return { events: of('events'), touches: of('touches'), catalog: of('catalog') }
}

/** Refuses to fold on where the log has lost what comes next: whatever followed would be taken for all there was. Throws PreconditionError. */
export function assertNothingLost(partition: number, positions: PositionVector, firsts: PositionVector): void {
  const lost = lostBetween(positions, firsts)
  const source = SOURCES.find((each) => lost[each] > 0)
  if (source === undefined) return
  throw new PreconditionError(
    `partition ${partition} of the store contains ${source} up to ${positions[source]}, and the log begins at ${firsts[source]}`,
    `bring the log back from where it was kept, or give up what is lost: npx freshet repair ${partition} --declare-lost-events ${sum(lost)}`,
  )
}

/**
 * Lets a partition go on behind records that were trimmed before they were folded. What they would have changed is not in its features, and no
 * example comes of them; states, ids and waiting lists stay as they are.
 *
 * `records` is how many they are, of all sources together: nobody gives up more than he knows of.
 *
 * returns  where the fold goes on
 * throws   InvalidFieldError where they are not so many, PreconditionError where nothing is lost,
 *          StalePositionError where the partition has moved meanwhile
 */
export async function giveUpLost({ log, store, partition, member }: LossScope, records: number): Promise<PositionVector> {
  const [expect, firsts] = await Promise.all([store.positions(partition), firstsOf(log, partition)])
  const lost = sum(lostBetween(expect, firsts))
  const remedy = 'see `freshet status --partitions`'
  if (lost === 0) throw new PreconditionError(`partition ${partition} lacks no record that it has to fold`, remedy)
  if (records !== lost)
    throw new InvalidFieldError({ field: 'records', value: records, rule: `partition ${partition} has lost ${lost}`, remedy })
  const furthest = (of: Source): number => Math.max(expect[of], firsts[of])
  const next = { events: furthest('events'), touches: furthest('touches'), catalog: furthest('catalog') }
  const lineage = lineageAfter(expect, `${member}/lost`)
  await store.commit(partition, { expect, next: { ...next, lineage }, puts: [], outbox: [], publishedBelow: 0 })
  return next
}

const sum = ({ events, touches, catalog }: PositionVector): number => events + touches + catalog
