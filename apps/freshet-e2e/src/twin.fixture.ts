import type { Runtime } from '@freshet/service'
import { openTrainerOptions } from '@freshet/trainer-service'
import { EMPTY_SHELF, replayTwin, type TwinOutcome } from '@freshet/training'

/** Rebuilds the state after `step` from the oldest kept version; with `genesis`, from the first record of the journal. */
export async function twinOf(runtime: Runtime, { step, genesis = false }: { step: number; genesis?: boolean }): Promise<TwinOutcome> {
  const options = await openTrainerOptions(runtime, { id: 'twin', onNotice: () => undefined })
  const [oldest] = genesis ? [] : await options.shelf.list()
  return replayTwin({ ...options, ...(oldest ? { from: oldest.name } : { shelf: EMPTY_SHELF }), until: step })
}
