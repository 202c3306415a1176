import type { Entry, EventLog } from '@freshet/event-log'
import { cross, UnavailableError, type Clock } from '@freshet/kernel'
import { IntakeOverloadedError } from './errors'

const GROUP_RECORDS_MAX = 10_000
const GROUP_BYTES_MAX = 4 << 20
const LATE_MS = 1000 // who has come since is tried: the log may have returned, or have failed at once

/** Appends to the partitions of a topic by group commit: one append in flight a partition, and what comes meanwhile shares the next. */
export interface PartitionWriter {
  /** The first offset of the entries, once they are durable. Order within a partition is the order of the calls. */
  write(partition: number, entries: readonly Entry[]): Promise<number>
  /** Throws IntakeOverloadedError when more waits than may, and what `assertSpace` throws. */
  assertRoom(): void
}

interface Waiting {
  readonly entries: readonly Entry[]
  readonly bytes: number
  /** Since when, by the monotonic clock. */
  readonly sinceMs: number
  readonly done: (first: number) => void
  readonly failed: (error: unknown) => void
}

interface Lane {
  readonly partition: number
  readonly waiting: Waiting[]
  busy: boolean
}

/** What bounds a writer. */
export interface WriterBounds {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Bytes that may wait for the log. */
  readonly waitingBytesMax: number
  /** Throws where nothing may be written now. */
  readonly assertSpace?: () => void
}

/** A writer over a log's topic. */
export function createPartitionWriter(
  log: EventLog,
  topic: string,
  { clock, waitingBytesMax, assertSpace }: WriterBounds,
): PartitionWriter {
  const lanes = new Map<number, Lane>()
  let waitingBytes = 0

  const drain = async (lane: Lane): Promise<void> => {
    lane.busy = true
    while (lane.waiting.length > 0) {
      const group = takeGroup(lane.waiting)
      const failure = await appendGroup(log, { topic, partition: lane.partition }, group)
      const behind = failure instanceof UnavailableError ? takeLate(lane.waiting, clock.monotonicMs()) : []
      for (const { failed } of behind) failed(failure)
      waitingBytes -= [...group, ...behind].reduce((sum, { bytes }) => sum + bytes, 0)
    }
    lane.busy = false
  }

  return {
    write(partition, entries) {
      const lane = lanes.get(partition) ?? { partition, waiting: [], busy: false }
      lanes.set(partition, lane)
      return new Promise((done, failed) => {
        const bytes = entries.reduce((sum, { value }) => sum + value.length, 0)
        waitingBytes += bytes
        lane.waiting.push({ entries, bytes, sinceMs: clock.monotonicMs(), done, failed })
        if (!lane.busy) void drain(lane)
      })
    },

    assertRoom() {
      assertSpace?.()
      if (waitingBytes > waitingBytesMax) throw new IntakeOverloadedError(waitingBytes, waitingBytesMax)
    },
  }
}

function takeGroup(waiting: Waiting[]): Waiting[] {
  let count = 0
  let records = 0
  let bytes = 0
  for (const next of waiting) {
    records += next.entries.length
    bytes += next.bytes
    if (count > 0 && (records > GROUP_RECORDS_MAX || bytes > GROUP_BYTES_MAX)) break
    count++
  }
  return waiting.splice(0, count)
}

/** Those who have waited behind an append until the log was found to be silent: a deadline of their own on top would be too long for them. */
function takeLate(waiting: Waiting[], nowMs: number): Waiting[] {
  const late = waiting.findIndex(({ sinceMs }) => nowMs - sinceMs < LATE_MS)
  return waiting.splice(0, late < 0 ? waiting.length : late)
}

/** Returns what kept a group from being appended; each of them has been told. */
async function appendGroup(log: EventLog, to: { topic: string; partition: number }, group: readonly Waiting[]): Promise<unknown> {
  try {
    let first = await log.append(
      to,
      group.flatMap(({ entries }) => entries),
    )
    cross('record-appended')
    for (const { entries, done } of group) {
      done(first)
      first += entries.length
    }
    return undefined
  } catch (error) {
    for (const { failed } of group) failed(error)
    return error
  }
}
