import type { Event } from '@freshet/contracts'
import { IngestClient, type ingest } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { connect } from '@freshet/service'

/** How much travels on one stream. */
export interface FullStreamOptions {
  /** Of ingest. */
  readonly address: string
  readonly batchEvents: number
  readonly batchesInFlight: number
  /** The event of a running number. */
  readonly eventOf: (index: number) => Event
}

/** One long-lived stream that is never empty: whatever is acknowledged is followed by the next batch. */
export class FullStream implements AsyncDisposable {
  /** Events that are acknowledged, and so durable. */
  acknowledged = 0
  private sent = 0
  private isOver = false
  private readonly client: IngestClient
  private readonly stream: ReturnType<IngestClient['stream']>
  private readonly running: Promise<void>

  constructor(private readonly options: FullStreamOptions) {
    this.client = connect(IngestClient, options.address)
    this.stream = this.client.stream()
    this.running = this.listen()
    this.running.catch(() => undefined) // seen when it is disposed of
    for (let i = 0; i < options.batchesInFlight; i++) this.send()
  }

  /** Resolves after so many more acknowledgements; throws what broke the stream. */
  async during(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.running])
  }

  /** Sends no more, waits for the last acknowledgement, and throws what went wrong. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isOver = true
    try {
      await this.running
    } finally {
      this.client.close()
    }
  }

  private send(): void {
    const { batchEvents, eventOf } = this.options
    const first = this.sent
    this.sent += batchEvents
    this.stream.write({ correlation: first, events: Array.from({ length: batchEvents }, (_, i) => eventOf(first + i)) })
  }

  private async listen(): Promise<void> {
    for await (const answer of this.stream) {
      const { acknowledgements } = answer as ingest.StreamResponse
      for (const { outcome } of acknowledgements)
        if (outcome?.$case !== 'accepted') throw new UnavailableError('ingest', outcome?.rejected.message ?? 'it did not acknowledge')
      this.acknowledged += acknowledgements.length
      if (!this.isOver) this.send()
      else if (this.acknowledged === this.sent) this.stream.end()
    }
  }
}
