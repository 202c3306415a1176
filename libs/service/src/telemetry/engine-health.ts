import type { EventLog } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { withoutSecrets } from '../config/redact'
import type { Config } from '../config/schema'

/** A log, and how it is addressed. */
export interface LogInUse {
  readonly log: Pick<EventLog, 'health'>
  readonly config: Pick<Config, 'log'>
}

/** Why the log does not answer, and what helps; undefined where it does. A log within the process always does. */
export function logProblem({ log, config }: LogInUse): string | undefined {
  const health = log.health?.()
  if (health === undefined) return undefined
  if (!health.isServing) return health.reason ?? `${String(withoutSecrets(config.log))} does not answer`
  return health.unansweredMs > SILENT_MS
    ? `${String(withoutSecrets(config.log))} takes requests and no longer answers them; see how its brokers do`
    : undefined
}

/** What a process leans on. */
export interface Engines extends LogInUse {
  /** Absent from a process that keeps nothing. */
  readonly store?: Pick<OnlineStore, 'positions'>
  readonly clock: Clock
}

/** Whether log and store answer, as Prometheus reads it: what a service says of itself may be of before they stopped. */
export async function engineFigures({ log, config, store, clock }: Engines, process: string): Promise<string> {
  const figures = [
    ['freshet_log_serving', '1 while the log answers', logProblem({ log, config }) === undefined],
    ...(store === undefined ? [] : [['freshet_store_serving', '1 while the online store answers', await answers(store, clock)] as const]),
  ] as const
  return figures
    .map(([name, help, isServing]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name}{service="${process}"} ${Number(isServing)}\n`)
    .join('')
}

/** Reads the least that there is. */
async function answers(store: Pick<OnlineStore, 'positions'>, clock: Clock): Promise<boolean> {
  const over = new AbortController()
  const late = clock.sleep(STORE_MS, over.signal).then(() => false)
  const read = store.positions(0).then(
    () => true,
    () => false,
  )
  return Promise.race([read, late]).finally(() => over.abort())
}

/** Has a process ask itself how it stands every ten seconds, so that what it remembers once the log falls silent is not old. A log within it never does. */
export async function keepKnown({ log, clock, signal }: Keeping, ask: () => Promise<unknown>): Promise<void> {
  while (log.health && !signal.aborted) {
    await ask()
    await clock.sleep(KNOWN_EVERY_MS, signal)
  }
}

/** For how long what a process knows is kept. */
export interface Keeping extends Pick<Engines, 'log' | 'clock'> {
  readonly signal: AbortSignal
}

const KNOWN_EVERY_MS = 10_000
const SILENT_MS = 4000 // it is asked every two seconds
const STORE_MS = 1000
