import { ExampleGroup, type Range } from '@freshet/contracts'
import { type EventLog, type LogRecord, OffsetOutOfRangeError, TOPICS } from '@freshet/event-log'

/** How much of `examples` one read brings: a few cuts. */
export const READ = { records: 512, bytes: 4 << 20 }

/** The records of `examples` that a range names, as they lie there; those that the log does not reach to, or has not been heard to, are left out. */
export async function* readRecords(log: Pick<EventLog, 'read'>, { partition, from, to }: Range): AsyncGenerator<LogRecord> {
  for (let at = from; at < to;) {
    const limit = { ...READ, records: Math.min(READ.records, to - at) }
    const records = await log.read({ topic: TOPICS.examples, partition }, at, limit).catch(emptyBeyondEnd)
    yield* records.filter(({ offset }) => offset < to)
    const last = records.at(-1)
    if (!last) return
    at = last.offset + 1
  }
}

/** As {@link readRecords}, from the first record on that is still in the log. */
export async function* readKept(log: Pick<EventLog, 'read' | 'first' | 'next'>, { partition, from, to }: Range): AsyncGenerator<LogRecord> {
  const of = { topic: TOPICS.examples, partition }
  const [first] = await Promise.all([log.first(of), log.next(of)]) // who has asked for the end reads up to it, however late growth is heard of
  yield* readRecords(log, { partition, from: Math.max(from, first), to })
}

/** The group in a record; none where it cannot be decoded. */
export function decodable(value: Uint8Array): ExampleGroup[] {
  try {
    return [ExampleGroup.decode(value)]
  } catch {
    return []
  }
}

function emptyBeyondEnd(error: unknown): readonly LogRecord[] {
  if (error instanceof OffsetOutOfRangeError && error.offset >= error.next) return []
  throw error
}
