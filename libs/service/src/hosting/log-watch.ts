import type { EventLog, LogHealth } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { Logger } from '../telemetry/logger'

/** The name under which gRPC health says whether the engine of the log answers. */
export const LOG_HEALTH_NAME = 'freshet.log'

/** What a watch needs. */
export interface LogWatch {
  readonly log: Pick<EventLog, 'health'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Told at the first look, and at each change. */
  readonly onTurn: (isServing: boolean) => void
}

/**
 * Looks once a second at how a log outside the process does, says in the process's own log when that changes, and each warning once.
 * Without a health of its own, the log is the process's: nothing is watched.
 */
export async function watchLog({ log, clock, logger, signal, onTurn }: LogWatch): Promise<void> {
  const warned = new Set<string>()
  let before: boolean | undefined
  while (log.health && !signal.aborted) {
    const health = log.health()
    if (health.isServing !== before) {
      if (before !== undefined || !health.isServing) tell(logger, health)
      onTurn((before = health.isServing))
    }
    for (const warning of health.warnings) {
      if (!warned.has(warning)) logger.warn({ warning }, 'the log promises less than it could')
      warned.add(warning)
    }
    await clock.sleep(LOOK_MS, signal)
  }
}

const LOOK_MS = 1000

function tell(logger: Logger, { isServing, reason, sinceMs }: LogHealth): void {
  if (isServing) logger.info({ sinceMs }, 'the log answers again')
  else logger.warn({ reason, sinceMs }, 'the log does not answer; trying again')
}
