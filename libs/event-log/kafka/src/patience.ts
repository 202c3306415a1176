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

  /**
   * What `attempt` resolves with. Throws UnavailableError once another try as long as the last one would go beyond the deadline, and at once what
   * another try would not change. The deadline is `deadlineMs` from now, or `untilMs` by the monotonic clock where that is earlier: a request that
   * has waited for its turn has less left.
   */
  async during<T>(attempt: () => Promise<T>, deadlineMs = this.options.deadlineMs, untilMs = Infinity): Promise<T> {
    const { clock, health, brokers, closed } = this.options
    const endMs = Math.min(clock.monotonicMs() + deadlineMs, untilMs)
    for (let pauseMs = SHORTEST_MS; ; pauseMs = longer(pauseMs)) {
      const begunMs = clock.monotonicMs()
      if (closed.aborted) throw new UnavailableError('the log', 'it was closed; open it again') // it would connect anew, and nobody would end that
      try {
        const outcome = await attempt()
        health.succeeded()
        return outcome
      } catch (error) {
        if (isPassing(error)) health.failed(error)
        const isLate = 2 * clock.monotonicMs() - begunMs + pauseMs > endMs
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
