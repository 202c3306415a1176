import { FoldedLog, type FoldedRecord } from '@freshet/contracts'
import { type EventLog, type LogRecord, type Partition, TOPICS } from '@freshet/event-log'
import { CHECKSUM_START, checksum64, checksumBytes } from '@freshet/kernel'
import type { PositionVector } from '@freshet/online-store'
import type { StoredSnapshot } from './snapshot-shelf'
import { SOURCES } from './sources'

/** Where a store says which log its partition was folded from. */
export const FOLDED_KEY = 'm:folded'

/** The log that is at hand, and which one it is. */
export interface LogAtHand {
  readonly log: Pick<EventLog, 'first' | 'next' | 'read'>
  readonly partition: number
  /** Names a log that lies in the data set's directory, one brought back from a backup anew; absent for one elsewhere. */
  readonly generation?: string
}

/** The last of some records, as a store remembers it; `before` where there are none. */
export function lastFolded(records: readonly LogRecord[], before: FoldedRecord | undefined): FoldedRecord | undefined {
  const last = records.at(-1)
  return last === undefined ? before : { offset: last.offset, checksum: sumOf(last) }
}

/** What a snapshot says of the log that it was folded from; undefined for one of an earlier release. */
export async function foldedOf(snapshot: StoredSnapshot): Promise<FoldedLog | undefined> {
  let found: Uint8Array | null = null
  for await (const entries of snapshot.entries()) for (const { key, value } of entries) if (key === FOLDED_KEY) found = value
  return found === null ? undefined : FoldedLog.decode(found)
}

/**
 * Why the log at hand is not the one that a state was folded from: it was brought back from a backup, or has another record where the last
 * one lay that was folded. Positions do not tell: a log that ends too early grows past them, and all between would be taken for folded.
 *
 * What was trimmed, compacted, or not written again yet cannot be compared.
 *
 * returns  undefined where nothing speaks against it
 */
export async function whyOtherLog({ log, partition, generation }: LogAtHand, folded: FoldedLog | undefined): Promise<string | undefined> {
  if (generation !== undefined && (folded?.generation ?? '') !== generation)
    return `was folded from another log than that of the data set, which was restored or made since`
  for (const topic of SOURCES) {
    const last = folded?.[topic]
    if (last === undefined || (await isStillThere(log, { topic: TOPICS[topic], partition }, last))) continue
    return `was folded from another log: ${topic}/${partition} has another record at ${last.offset}`
  }
  return undefined
}

async function isStillThere(log: LogAtHand['log'], of: Partition, { offset, checksum }: FoldedRecord): Promise<boolean> {
  const [first, next] = await Promise.all([log.first(of), log.next(of)])
  if (offset < first || offset >= next) return true // nothing to compare with
  const [record] = await log.read(of, offset, { records: 1 })
  if (record?.offset !== offset) return of.topic === TOPICS.catalog // the one topic of which brokers take records out
  return Buffer.compare(sumOf(record), checksum) === 0
}

/** By how many records of each topic a state goes beyond the end of the log at hand. */
export async function beyondEnd({ log, partition }: LogAtHand, at: PositionVector): Promise<PositionVector> {
  const ends = await Promise.all(SOURCES.map((topic) => log.next({ topic: TOPICS[topic], partition })))
  const [events, touches, catalog] = SOURCES.map((topic, i) => Math.max(0, at[topic] - ends[i]))
  return { events, touches, catalog }
}

const sumOf = ({ key, value }: LogRecord): Uint8Array => checksumBytes(checksum64(checksum64(CHECKSUM_START, Buffer.from(key)), value))
