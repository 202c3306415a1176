import { DeadLetter, type Forget } from '@freshet/contracts'
import { DEAD_LETTER } from '@freshet/event-log'
import { hash64 } from '@freshet/kernel'
import { keyOf } from './event-identity'
import type { PartitionWriter } from './partition-writer'

const ACTORS_A_RECORD = 10_000 // a tenth of what a record may have

/**
 * Writes behind the dead letters who is forgotten from here on: those of theirs before it are not replayed any more.
 *
 * It stands before the forget does, so that nobody is forgotten whose letters could come back. Rejects where it cannot be written.
 */
export async function markForgotten(writer: PartitionWriter, whom: readonly Forget[]): Promise<void> {
  const entries = []
  for (let from = 0; from < whom.length; from += ACTORS_A_RECORD) {
    const forgotten = whom.slice(from, from + ACTORS_A_RECORD).map((forget) => hash64(keyOf(forget)))
    entries.push({ key: 'forgotten', value: DeadLetter.encode(DeadLetter.create({ forgotten })).finish() })
  }
  if (entries.length > 0) await writer.write(DEAD_LETTER.partition, entries)
}
