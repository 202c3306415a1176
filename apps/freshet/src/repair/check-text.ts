import { CorruptError, PreconditionError } from '@freshet/kernel'
import type { PartitionCheck } from '@freshet/materialize'
import { count } from '../terminal'

/** What a check of a partition came to, for people. */
export function checkText(partition: number, found: PartitionCheck): string {
  const { positions, base, outboxDepth, keysCompared, isWhole, keysDiffering, examples } = found
  const { events, touches, catalog } = positions
  return [
    `partition ${partition} at events ${events}, touches ${touches}, catalog ${catalog}; outbox ${count(outboxDepth)}`,
    `${count(keysCompared)} keys${isWhole ? '' : ', and not the others,'} held against a fold of the log from ${base.events === 0 ? 'its beginning' : `a snapshot at ${base.events}`}: ` +
      (keysDiffering === 0 ? 'all as the log says' : `${count(keysDiffering)} DIFFER`),
    ...examples.map((example) => `  ${example}`),
  ].join('\n')
}

/** Throws CorruptError where keys differ, and PreconditionError where not all were looked at: nothing is called sound then. */
export function assertSound(partition: number, { keysDiffering, keysCompared, isWhole }: PartitionCheck, remedy: string): void {
  if (keysDiffering > 0) throw new CorruptError(`partition ${partition}`, `${keysDiffering} keys are not what the log says`, remedy)
  if (!isWhole)
    throw new PreconditionError(
      `of partition ${partition} only ${count(keysCompared)} keys were looked at: nothing is known of the others`,
      'leave --keys out, or give it a greater number',
    )
}
