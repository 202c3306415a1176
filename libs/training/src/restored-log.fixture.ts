import { type EventLog, JOURNAL, type Partition, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { PARTITIONS, type Room } from './training-room.fixture'

/** Where each partition of a log ended at some moment. */
export type LogEnds = readonly { readonly of: Partition; readonly end: number }[]

const PLACES: readonly Partition[] = [
  JOURNAL,
  ...Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPICS.examples, partition })),
]

export const emptyLog = (): EventLog => openMemoryLog({ partitions: { [TOPICS.examples]: PARTITIONS, [TOPICS.journal]: 1 } })

export const endsOf = (log: EventLog): Promise<LogEnds> => Promise.all(PLACES.map(async (of) => ({ of, end: await log.next(of) })))

/** The log that comes back from a backup which was made then; nothing of it may have been trimmed. */
export async function logAsOf(log: EventLog, ends: LogEnds): Promise<EventLog> {
  const restored = emptyLog()
  for (const { of, end } of ends) {
    const records = end === 0 ? [] : await log.read(of, 0, { records: end })
    await restored.append(of, records)
  }
  return restored
}

/** A room with the same versions beside another log. */
export const beside = (room: Room, log: EventLog): Room => ({ ...room, log, notices: [] })
