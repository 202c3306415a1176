import { JOURNAL } from '@freshet/event-log'
import type { Runtime } from '@freshet/service'
import { openTrainerOptions, openVersionShelf } from '@freshet/trainer-service'
import { EMPTY_SHELF, replayTwin, type TwinOutcome } from '@freshet/training'

/** Twins of the state after `step`: one from the journal's first record where that is still there, and one from the oldest kept version. */
export async function raiseTwins(runtime: Runtime, step: number): Promise<TwinOutcome[]> {
  const { log, versionsDirectory, clock } = runtime
  const options = await openTrainerOptions(runtime, { id: 'twin', onNotice: () => undefined })
  const [oldest] = await openVersionShelf(versionsDirectory, clock).list()
  const twins: TwinOutcome[] = []
  if ((await log.first(JOURNAL)) === 0) twins.push(await replayTwin({ ...options, shelf: EMPTY_SHELF, until: step }))
  if (oldest && oldest.step <= step) twins.push(await replayTwin({ ...options, from: oldest.name, until: step }))
  return twins
}
