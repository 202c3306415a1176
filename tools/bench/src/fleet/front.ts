import type { Clock } from '@freshet/kernel'

/** How fast and how far events are sent at first. */
export interface FrontOptions {
  readonly clock: Clock
  readonly eventsPerS: number
  /** The first event that has to wait for {@link Front.release}. */
  readonly limit: number
}

/** How far a replay has come, and how far it may go: so many events a second, and never far ahead of what has to happen meanwhile. */
export class Front {
  private acknowledged = 0
  private limit: number
  private readonly startMs: number
  private waiting: (() => void)[] = []

  constructor(private readonly options: FrontOptions) {
    this.limit = options.limit
    this.startMs = options.clock.monotonicMs()
  }

  /** So many events are acknowledged by now. */
  advance(acknowledged: number): void {
    this.acknowledged = acknowledged
    this.wake()
  }

  /** Lets events below `limit` go. */
  release(limit: number): void {
    this.limit = limit
    this.wake()
  }

  /** Resolves when so many events are acknowledged. */
  async reached(events: number): Promise<void> {
    while (this.acknowledged < events) await this.changed()
  }

  /** Resolves when this event may be sent. What an outage held up is caught up with at full speed. */
  async pace(event: number): Promise<void> {
    const { clock, eventsPerS } = this.options
    while (event >= this.limit) await this.changed()
    const dueMs = this.startMs + (event * 1000) / eventsPerS
    if (clock.monotonicMs() < dueMs) await clock.sleep(dueMs - clock.monotonicMs())
  }

  private changed(): Promise<void> {
    return new Promise((wake) => this.waiting.push(wake))
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake()
  }
}
