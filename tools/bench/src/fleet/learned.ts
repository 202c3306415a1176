import { type trainer, TrainerClient } from '@freshet/contracts/services'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { call, connect, stream } from '@freshet/service'

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
  const client = connect(TrainerClient, address)
  try {
    return await patiently(clock, async () => {
      let isDone = false
      for await (const { done } of stream(client, 'train', { until: [...ends] }, { deadlineMs: PATIENCE_MS })) isDone = done
      if (!isDone) throw new UnavailableError('the trainer, which ended its answer,', 'it is asked again')
      const { step, digest } = await call(client, 'checkpoint', {}, { deadlineMs: PATIENCE_MS })
      return { step, digest, status: await call(client, 'getStatus', {}) }
    })
  } finally {
    client.close()
  }
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
