import type { EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'

/** The log of a process or a thread that is to end, and its clock. */
export interface LogScope {
  readonly log: Pick<EventLog, 'health' | typeof Symbol.asyncDispose>
  readonly clock: Pick<Clock, 'sleep'>
}

/**
 * Watches, until `over` aborts, the log of who is to end, and closes it once it has answered nothing for five seconds: what is asked of a halted broker would be waited
 * for until its deadline, one thing after the other, and whoever ends a process waits less. An append that got no answer then is one of unknown outcome, as it is
 * after a crash: who reads next decides.
 */
export async function letGo({ log, clock }: LogScope, over: AbortSignal): Promise<void> {
  while (log.health && !over.aborted) {
    if (log.health().unansweredMs >= PATIENCE_MS) return log[Symbol.asyncDispose]()
    await clock.sleep(LOOK_MS, over)
  }
}

const PATIENCE_MS = 5000 // a log that answers is asked every two seconds
const LOOK_MS = 250
