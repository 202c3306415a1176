import { type trainer, TrainerClient } from '@freshet/contracts/services'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { call, stream } from '@freshet/service'
import { asking } from './asking'

/** The state of a trainer that has learned everything. */
export interface LearnedState {
  readonly step: number
  /** SHA-256 of the full state. */
  readonly digest: string
  readonly status: trainer.GetStatusResponse
}

const PATIENCE_MS = 300_000
const PAUSE_MS = 250

/** Waits until everything below `ends` of `events` is learned, asks for a version, and reads where the trainer then stands. */
export async function learnAll(address: string, ends: readonly number[], clock: Clock): Promise<LearnedState> {
  const learn = async (client: TrainerClient): Promise<LearnedState> => {
    let isDone = false
    for await (const { done } of stream(client, 'train', { until: [...ends] }, { deadlineMs: PATIENCE_MS })) isDone = done
    if (!isDone) throw new UnavailableError('the trainer, which ended its answer,', 'it is asked again')
    const { step, digest } = await call(client, 'checkpoint', {}, { deadlineMs: PATIENCE_MS })
    return { step, digest, status: await call(client, 'getStatus', {}) }
  }
  return asking(TrainerClient, address, (client) => patiently(clock, () => learn(client)))
}

/** Tries again while services restart; the last failure is the answer when patience ends. */
export async function patiently<T>(clock: Clock, work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const untilMs = clock.monotonicMs() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (clock.monotonicMs() > untilMs) throw error
      await clock.sleep(PAUSE_MS)
    }
  }
}
