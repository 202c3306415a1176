import { type EventLog, TOPICS } from '@freshet/event-log'
import { CorruptError } from '@freshet/kernel'
import { OtherLogError } from './errors'
import type { Search } from './newest-version'

/**
 * Refuses to begin at the genesis record where that is not the beginning of all: from its first record the journal gives any state, from a
 * later one it gives none. Where versions are of another log, a new line takes their place without a word from anybody only if the log at hand is
 * whole: what it has lost would be lost to the model.
 *
 * throws  CorruptError, OtherLogError
 */
export async function assertBegins(
  log: Pick<EventLog, 'first' | 'partitions'>,
  journalFirst: number,
  { skipped, foreign }: Search,
): Promise<void> {
  if (foreign.length === 0) return assertUntrimmed(journalFirst, skipped)
  const names = foreign.map(({ version, reason }) => `${version} (${reason})`).join(', ')
  if (journalFirst > 0) throw new OtherLogError(`all versions are`, `${names}, and the journal begins at ${journalFirst}`)
  for (let partition = 0; partition < log.partitions(TOPICS.examples); partition++) {
    const first = await log.first({ topic: TOPICS.examples, partition })
    if (first > 0) throw new OtherLogError(`all versions are`, `${names}, and examples/${partition} begins at ${first}`)
  }
}

function assertUntrimmed(first: number, skipped: Search['skipped']): void {
  if (first === 0) return
  const reason = skipped.map(({ version, reason }) => `${version} (${reason})`).join(', ') || 'there is none'
  throw new CorruptError('the journal', `it begins at ${first}, and no version can be opened: ${reason}`, 'restore a version from a backup')
}
