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

  /** Until when a request that is made now may take, by the monotonic clock. */
  untilMs(): number {
    return this.options.clock.monotonicMs() + this.options.deadlineMs
  }

  /**
   * What `attempt` resolves with; once `over` is aborted nobody waits for it any more, and what it still does must change nothing.
   *
   * Throws UnavailableError at `untilMs` by the monotonic clock, whatever an attempt waits for, and earlier where another try as long as the last
   * one would go beyond that or `triesMax` have failed; and at once what another try would not change. A request that has waited for its turn, or
   * for another that it depends on, has what they have left.
   */
  async during<T>(attempt: Attempt<T>, untilMs = this.untilMs(), triesMax = Infinity): Promise<T> {
    const { clock, health, brokers, closed } = this.options
    let pauseMs = SHORTEST_MS
    for (let tries = 1; ; tries++) {
      const begunMs = clock.monotonicMs()
      if (closed.aborted) throw new UnavailableError('the log', 'it was closed; open it again') // it would connect anew, and nobody would end that
      try {
        const outcome = await this.cutAt(untilMs, attempt)
        health.succeeded()
        return outcome
      } catch (error) {
        if (isPassing(error)) health.failed(error)
        const isLast = tries === triesMax || 2 * clock.monotonicMs() - begunMs + pauseMs > untilMs
        if (!isPassing(error) || isLast || closed.aborted) throw meaningOf(error, brokers)
      }
      await clock.sleep(pauseMs, closed)
      pauseMs = longer(pauseMs)
    }
  }

  /** One attempt, left to itself once it is too late: a broker that stands still keeps requests, and connections that begin, for seconds. */
  private async cutAt<T>(untilMs: number, attempt: Attempt<T>): Promise<T> {
    const { clock, brokers } = this.options
    const leftMs = untilMs - clock.monotonicMs()
    if (leftMs > 0) {
      const over = new AbortController()
      const answered = attempt(over.signal).then((outcome) => ({ outcome }))
      const answer = await Promise.race([answered, clock.sleep(leftMs, over.signal)]).finally(() => over.abort(SETTLED))
      if (answer) return answer.outcome
    }
    throw new UnavailableError(`Kafka at ${brokers}`, 'it gave no answer in time; see that a broker listens there, then send it again')
  }
}

/** One try of something. */
export type Attempt<T> = (over: AbortSignal) => Promise<T>

/** The pause after one of `pauseMs`. */
export const longer = (pauseMs: number): number => Math.min(LONGEST_MS, pauseMs * 2)

/** The first pause. */
export const SHORTEST_MS = 100
const LONGEST_MS = 1000
const SETTLED = 'it is settled' // a reason: an abort without one makes an error each time, with its stack
