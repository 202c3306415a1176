import { trainer, type ranker } from '@freshet/contracts/services'
import { isFreshetError, type Clock } from '@freshet/kernel'

/** How long a command waits for what it hosts itself: at most, and while only a version that is not there would help. */
export const READY_MS = { most: 30_000, behind: 1000, poll: 20 }

/**
 * A ranker that was just started reads the journal and builds its vectors first, as one that runs has long done. One that
 * lacks a version waits for a trainer, who may not be there: after a moment it answers from what it has, and says so.
 */
export async function rankerReady(clock: Clock, status: () => Promise<ranker.GetStatusResponse>): Promise<void> {
  let behindMs: number | undefined
  await until(clock, async () => {
    const { journalPosition, journalEnd, provenance } = await status()
    const reasons = provenance?.degraded ?? []
    if (!reasons.includes('model-behind')) {
      behindMs = undefined
      return journalPosition >= journalEnd && !reasons.some((reason) => PASSING.has(reason))
    }
    behindMs ??= clock.monotonicMs()
    return clock.monotonicMs() - behindMs >= READY_MS.behind && !reasons.includes('loading-items')
  })
}

/**
 * A trainer that was just started claims the model set when nobody shows that he lives.
 *
 * throws  what keeps it from learning, such as CorruptError where nothing can be begun from
 */
export const trainerReady = (clock: Clock, status: () => Promise<trainer.GetStatusResponse>): Promise<void> =>
  until(clock, async () => (await status()).role === trainer.TrainerRole.TRAINER_ROLE_OWNER)

const PASSING = new Set(['no-vectors', 'loading-items']) // what time alone makes better

/** Waits a while; who is not ready then answers as well as it can. */
async function until(clock: Clock, isReady: () => Promise<boolean>): Promise<void> {
  const untilMs = clock.monotonicMs() + READY_MS.most
  while (clock.monotonicMs() < untilMs && !(await isReady().catch(falseWhereStarting))) await clock.sleep(READY_MS.poll)
}

function falseWhereStarting(error: unknown): false {
  if (isFreshetError(error) && error.retryable) return false
  throw error
}
