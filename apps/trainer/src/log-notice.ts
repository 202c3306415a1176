import type { Runtime } from '@freshet/service'
import type { TrainerNotice } from '@freshet/training'
import type { WorkforceNotice } from './workforce'

const RECOVERY = {
  opened: 'version opened; replaying the journal after it',
  replaying: 'replaying',
  current: 'replayed; the state is what the journal says',
} as const
const REPLICA = {
  joining: 'a replica is dialled',
  admitted: 'a replica computes shards',
  away: 'a replica does not answer; it is dialled again',
  refused: 'a replica is refused, since its results may not count; training goes on without it',
} as const

/** Says in a process's own log what an operator should know of its trainer. */
export function logNotice(logger: Runtime['logger'], trainer: string, notice: TrainerNotice | WorkforceNotice): void {
  switch (notice.kind) {
    case 'role':
      return logger.info({ trainer, role: notice.role, epoch: notice.epoch, owner: notice.owner }, 'role')
    case 'version':
      return logger.info({ trainer, version: notice.version.name, step: notice.version.step }, 'version')
    case 'version-skipped':
      return logger.warn({ trainer, ...notice.skipped }, 'a version cannot be opened; the one before it is used')
    case 'version-set-aside':
      return logger.warn({ trainer, ...notice.foreign }, 'a version is of another log; it is set aside, and nothing goes on from it')
    case 'standing':
      if (notice.because.length === 0) return logger.info({ trainer }, 'learning goes on')
      return logger.error({ trainer, because: notice.because }, 'learning stands still')
    case 'recovery':
      return logger.info({ trainer, ...notice }, RECOVERY[notice.phase])
    case 'scaled':
      return logger.info({ trainer, workers: notice.workers, lag: notice.lag }, 'load asks for another number of workers')
    case 'worker-lost':
      return logger.error(
        { trainer, worker: notice.worker, reason: notice.reason },
        'a thread that shared steps has ended; its work was done by others, and another one comes in its place',
      )
    case 'replica': {
      const { address, state, reason } = notice
      const level = state === 'refused' ? 'warn' : 'info'
      return logger[level]({ trainer, address, ...(reason && { reason }) }, REPLICA[state])
    }
    case 'left-out':
      return logger.warn({ trainer, examples: notice.examples }, 'examples whose gradient is not finite are dead letters')
    case 'void':
      return logger.error(
        { trainer, step: notice.step, ranges: notice.ranges },
        'a cut that ended its process again and again is void; its examples are dead letters',
      )
    case 'diverged':
      return logger.error({ trainer, err: notice.error }, 'diverged; starting over from a version')
  }
}
