import { type EventLog, JOURNAL } from '@freshet/event-log'
import type { Runtime } from '@freshet/service'
import { openTrainerOptions, openVersionShelf } from '@freshet/trainer-service'
import { EMPTY_SHELF, replayTwin, type TwinOutcome } from '@freshet/training'

/**
 * Twins of the state after `step`: one from the oldest kept version, and one from the journal's first record, where that is still there: in the log, or in
 * `whole`, which has all that the log ever held.
 */
export async function raiseTwins(runtime: Runtime, step: number, whole: EventLog = runtime.log): Promise<TwinOutcome[]> {
  const { versionsDirectory, clock } = runtime
  const options = await openTrainerOptions(runtime, { id: 'twin', onNotice: () => undefined })
  const [oldest] = await openVersionShelf(versionsDirectory, clock).list()
  const twins: TwinOutcome[] = []
  if ((await whole.first(JOURNAL)) === 0) twins.push(await replayTwin({ ...options, log: whole, shelf: EMPTY_SHELF, until: step }))
  if (oldest && oldest.step <= step) twins.push(await replayTwin({ ...options, from: oldest.name, until: step }))
  return twins
}
