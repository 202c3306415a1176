import type { Event } from '@freshet/contracts'
import { IngestClient, type ingest } from '@freshet/contracts/services'
import { type Clock, UnavailableError } from '@freshet/kernel'
import { connect } from '@freshet/service'

/** One event's acknowledgement, by this process's monotonic clock. */
export interface Acknowledged {
  readonly partition: number
  readonly offset: number
  readonly sentMs: number
  readonly acknowledgedMs: number
}

/** A shop that is open: events at a steady rate. */
export interface LiveLoadOptions {
  /** Of ingest. */
  readonly address: string
  readonly clock: Clock
  readonly eventsPerS: number
  readonly eventOf: (index: number) => Event
  readonly onAcknowledged?: (acknowledged: Acknowledged) => void
}

const EVERY_MS = 20 // events that fall due together travel together, as from an application's own buffer

/** Sends what falls due over one long-lived stream, until it is disposed of. An event that is refused, or a stream that breaks, ends it. */
export class LiveLoad implements AsyncDisposable {
  /** How many events are acknowledged. */
  acknowledged = 0
  private sent = 0
  private readonly batches = new Map<number, number>()
  private readonly client: IngestClient
  private readonly stop = new AbortController()
  private readonly stream: ReturnType<IngestClient['stream']>
  private readonly running: Promise<unknown>

  constructor(private readonly options: LiveLoadOptions) {
    this.client = connect(IngestClient, options.address)
    this.stream = this.client.stream()
    this.running = Promise.all([this.send(), this.listen()])
    this.running.catch(() => undefined) // seen when it is disposed of
  }

  /** Sends no more, waits for the last acknowledgement, and throws what went wrong. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort()
    try {
      await this.running
    } finally {
      this.client.close()
    }
  }

  private async send(): Promise<void> {
    const { clock, eventsPerS, eventOf } = this.options
    const { signal } = this.stop
    const startMs = clock.monotonicMs()
    while (!signal.aborted) {
      const nowMs = clock.monotonicMs()
      const due = Math.floor(((nowMs - startMs) / 1000) * eventsPerS)
      if (due > this.sent) {
        const first = this.sent
        this.batches.set(first, nowMs)
        this.stream.write({ correlation: first, events: Array.from({ length: due - first }, (_, i) => eventOf(first + i)) })
        this.sent = due
      }
      await clock.sleep(EVERY_MS, signal)
    }
    this.stream.end()
  }

  private async listen(): Promise<void> {
    for await (const answer of this.stream) {
      const { correlation, acknowledgements } = answer as ingest.StreamResponse
      const acknowledgedMs = this.options.clock.monotonicMs()
      const sentMs = this.batches.get(correlation) ?? acknowledgedMs
      this.batches.delete(correlation)
      for (const { outcome } of acknowledgements) {
        if (outcome?.$case !== 'accepted') throw new UnavailableError('ingest', outcome?.rejected.message ?? 'it did not acknowledge')
        this.acknowledged++
        this.options.onAcknowledged?.({ ...outcome.accepted, sentMs, acknowledgedMs })
      }
    }
  }
}
