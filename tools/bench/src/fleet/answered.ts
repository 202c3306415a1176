import { RankerClient } from '@freshet/contracts/services'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { asking } from './asking'
import { patiently } from './learned'

/** A look at a list that nobody sees: it leaves no impression. */
const LOOK = { surface: '', sessionId: '', limit: 10, context: {}, rules: undefined, explain: false, dryRun: true, includeSeen: false }

/** Waits until the ranker answers from a model that contains every step up to `step`: the loop is closed. */
export async function answered(address: string, of: { readonly userId: string; readonly step: number }, clock: Clock): Promise<void> {
  const look = async (client: RankerClient): Promise<void> => {
    const { provenance } = await call(client, 'recommend', { ...LOOK, userId: of.userId })
    const rowStep = provenance?.modelVersion?.rowStep ?? 0
    if (rowStep < of.step) throw new UnavailableError('the ranker', `it answers from step ${rowStep} of ${of.step}`)
  }
  await asking(RankerClient, address, (client) => patiently(clock, () => look(client)))
}
