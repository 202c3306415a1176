import type { EventLog, LogRecord, Partition } from '@freshet/event-log'

const READ = { records: 1000, bytes: 8 << 20 }
const EVERYTHING: Bounds = { from: 0, to: Infinity }

/** Which records: from an offset, and below another. */
export interface Bounds {
  readonly from: number
  readonly to: number
}

/** The records of a partition, to its present end; from its first one where nothing else is said. */
export async function* recordsOf(log: EventLog, of: Partition, { from, to }: Bounds = EVERYTHING): AsyncGenerator<LogRecord> {
  for (let at = from; at < to;) {
    const records = await log.read(of, at, READ)
    const last = records.at(-1)
    if (!last) return
    for (const record of records) if (record.offset < to) yield record
    at = last.offset + 1
  }
}
