import { EventRecord, Touch } from '@freshet/contracts'
import { type EventLog, type LogRecord, type Partition, TOPICS } from '@freshet/event-log'
import { type Dictionary, memoryMs } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { type OnlineStore, type PositionVector, START } from '@freshet/online-store'
import { SOURCES } from './sources'
import type { SnapshotShelf } from './snapshot-shelf'

/** What is trimmed, and by what rules. */
export interface RetentionScope {
  readonly log: Pick<EventLog, 'first' | 'next' | 'read' | 'trim'>
  readonly store: Pick<OnlineStore, 'positions'>
  readonly partition: number
  readonly shelf: SnapshotShelf
  /** The one that the fold has come to. */
  readonly dictionary: Dictionary
  readonly clock: Clock
  /** How long records are kept at least. */
  readonly retentionMs: number
}

/**
 * How far back a partition's sources are held: nothing at or beyond these offsets is trimmed, whatever its age. Where the store stands behind
 * a snapshot (`stands`, where it is looked at), it is being made anew, or that snapshot is of another log: it does not count.
 */
export async function heldFrom(shelf: SnapshotShelf, partition: number, stands?: PositionVector): Promise<PositionVector> {
  const all = await shelf.kept(partition)
  const kept = stands === undefined ? all : all.filter((each) => SOURCES.every((topic) => each[topic] <= stands[topic]))
  return kept.length < SNAPSHOTS_MIN ? START : kept[kept.length - 1]
}

const SNAPSHOTS_MIN = 2 // one may be damaged; the other and the log after it give the same state

/**
 * Trims what no rebuild of a partition needs: records older than the retention, and than what features remember, that the older of two
 * snapshots contains. Where there are fewer than two that are whole and that the store has gone beyond, nothing: then the log alone brings the
 * state back.
 *
 * cost  a read of one record for each doubling of what is kept
 */
export async function retireSources({ log, store, partition, shelf, dictionary, clock, retentionMs }: RetentionScope): Promise<void> {
  const stands = await store.positions(partition)
  const held = await heldFrom(shelf, partition, stands)
  const sinceMs = clock.nowMs() - Math.max(retentionMs, memoryMs(dictionary))
  for (const topic of [TOPICS.events, TOPICS.touches]) {
    const of = { topic, partition }
    const first = await log.first(of)
    const below = await firstSince(log, of, { from: first, to: held[topic], sinceMs })
    if (below > first) await log.trim(of, below)
  }
}

interface Search {
  readonly from: number
  readonly to: number
  readonly sinceMs: number
}

/** The first offset between `from` and `to` of a record that is not older; times rise with offsets, but for what is late by moments. */
async function firstSince(log: RetentionScope['log'], of: Partition, { from, to, sinceMs }: Search): Promise<number> {
  let [low, high] = [from, Math.max(from, to)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [record] = await log.read(of, middle, { records: 1 })
    if (record !== undefined && record.offset < high && timeOf(of.topic, record) < sinceMs) low = record.offset + 1
    else high = middle
  }
  return low
}

/** When a record was accepted, or, of a touch, the watermark of its source; of bytes that say nothing, never. */
function timeOf(topic: string, { value }: LogRecord): number {
  try {
    return topic === TOPICS.touches ? Touch.decode(value).watermarkMs : EventRecord.decode(value).acceptedMs
  } catch {
    return Infinity
  }
}
