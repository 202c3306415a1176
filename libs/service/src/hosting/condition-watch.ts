import type { Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import type { Complaints } from '../runtime/complaints'
import type { Logger } from '../telemetry/logger'

/** The name under which gRPC health says whether a store outside the process answers. */
export const STORE_HEALTH_NAME = 'freshet.store'

/** The name under which gRPC health says whether all goes on that a process has to do: NOT_SERVING while its services complain. */
export const PROGRESS_HEALTH_NAME = 'freshet.progress'

/** What a watch needs. */
export interface ConditionWatch {
  readonly store?: Pick<OnlineStore, 'health'>
  readonly complaints?: Complaints
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Told at the first look, and at each change. */
  readonly onTurn: (name: string, isServing: boolean) => void
}

/** Looks once a second at how the store does, where it is outside the process, and at what services complain of; says in the process's own log when that changes. */
export async function watchConditions({ store, complaints, clock, logger, signal, onTurn }: ConditionWatch): Promise<void> {
  const turns = new Map<string, boolean>()
  const turn = (name: string, isServing: boolean): boolean => {
    if (turns.get(name) === isServing) return false
    const isChange = turns.has(name) || !isServing
    turns.set(name, isServing)
    onTurn(name, isServing)
    return isChange
  }
  while (!signal.aborted) {
    const health = store?.health?.()
    if (health !== undefined && turn(STORE_HEALTH_NAME, health.isServing))
      if (health.isServing) logger.info('the online store answers again')
      else logger.warn({ reason: health.reason }, 'the online store does not answer; trying again')
    const [first, ...others] = complaints?.list() ?? []
    if (complaints !== undefined && turn(PROGRESS_HEALTH_NAME, first === undefined))
      if (first === undefined) logger.info('all of it goes on again')
      else logger.warn({ ...first, others: others.length }, 'something does not go on')
    await clock.sleep(LOOK_MS, signal)
  }
}

const LOOK_MS = 1000
