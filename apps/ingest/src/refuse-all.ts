import type { Outcome, ReceivedEvent } from '@freshet/intake'
import { isFreshetError } from '@freshet/kernel'

/** The same refusal for each event of a batch; what is no refusal of ours stays an error. */
export function refuseAll(events: readonly ReceivedEvent[], error: unknown): readonly Outcome[] {
  if (!isFreshetError(error)) throw error
  return events.map(() => ({ kind: 'refused', error }))
}
