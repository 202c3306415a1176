import { type Clock, UnavailableError } from '@freshet/kernel'
import { isPassing, meaningOf } from './failures'
import type { HealthRecord } from './health'

/** How patience is exercised. */
export interface PatienceOptions {
  readonly clock: Clock
  readonly health: HealthRecord
  /** The brokers, as errors name them. */
  readonly brokers: string
  /** How long a request may be tried. */
  readonly deadlineMs: number
  /** Ends all tries: the log is being closed. */
  readonly closed: AbortSignal
}

/** Tries what may pass again, with a growing pause, until it succeeds, is refused for good, or has taken too long. */
export class Patience {
  constructor(private readonly options: PatienceOptions) {}

  /** What `attempt` resolves with. Throws UnavailableError after the deadline, and at once what another try would not change. */
  async during<T>(attempt: () => Promise<T>, deadlineMs = this.options.deadlineMs): Promise<T> {
    const { clock, health, brokers, closed } = this.options
    const startMs = clock.monotonicMs()
    for (let pauseMs = SHORTEST_MS; ; pauseMs = longer(pauseMs)) {
      if (closed.aborted) throw new UnavailableError('the log', 'it was closed; open it again') // it would connect anew, and nobody would end that
      try {
        const outcome = await attempt()
        health.succeeded()
        return outcome
      } catch (error) {
        if (isPassing(error)) health.failed(error)
        const isLate = clock.monotonicMs() - startMs + pauseMs > deadlineMs
        if (!isPassing(error) || isLate || closed.aborted) throw meaningOf(error, brokers)
      }
      await clock.sleep(pauseMs, closed)
    }
  }
}

/** The pause after one of `pauseMs`. */
export const longer = (pauseMs: number): number => Math.min(LONGEST_MS, pauseMs * 2)

/** The first pause. */
export const SHORTEST_MS = 100
const LONGEST_MS = 1000
