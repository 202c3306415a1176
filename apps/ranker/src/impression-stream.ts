import type { Event } from '@freshet/contracts'
import type { ingest } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import type { ImpressionSink } from '@freshet/ranking'

/** A call to `Ingest.Stream`: what a grpc-js duplex stream is, as far as it is used here. */
export interface ImpressionCall {
  write(request: ingest.StreamRequest): boolean
  on(event: 'data', listener: (response: ingest.StreamResponse) => void): unknown
  on(event: 'drain' | 'end', listener: () => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  end(): unknown
  cancel(): void
}

/** What a stream of impressions is made of. */
export interface ImpressionStreamOptions {
  readonly open: () => ImpressionCall
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** Runs a thing soon, off the path of the answer that caused it. */
  readonly soon?: (run: () => void) => void
}

/**
 * Sends impressions to ingest over one long-lived stream, which it opens again when it breaks: what was not acknowledged is
 * sent again under the same event ids, so nothing counts twice. What does not fit the bounded queue is dropped and counted.
 */
export class ImpressionStream implements ImpressionSink {
  logged = 0
  dropped = 0
  private queue: Event[] = []
  private readonly inFlight = new Map<number, readonly Event[]>()
  private inFlightCount = 0
  private call: ImpressionCall | undefined
  private isFull = false
  private isScheduled = false
  private correlation = 0
  private backoffMs = BACKOFF_MS.first
  private readonly closing = new AbortController()

  constructor(private readonly options: ImpressionStreamOptions) {}

  offer(impression: Event): boolean {
    if (this.queue.length + this.inFlightCount >= QUEUE_MAX || this.closing.signal.aborted) {
      this.dropped++
      return false
    }
    this.queue.push(impression)
    this.schedule()
    return true
  }

  /** Ends the stream; what was not sent is counted as dropped. */
  close(): void {
    this.closing.abort()
    this.dropped += this.queue.length + this.inFlightCount
    this.queue = []
    this.inFlight.clear()
    this.inFlightCount = 0
    this.call?.end()
    this.call = undefined
  }

  private schedule(): void {
    if (this.isScheduled || this.isFull || this.closing.signal.aborted) return
    this.isScheduled = true
    const soon = this.options.soon ?? setImmediate
    soon(() => {
      this.isScheduled = false
      this.flush()
    })
  }

  private flush(): void {
    if (this.queue.length === 0 || this.closing.signal.aborted) return
    const call = (this.call ??= this.connect())
    while (this.queue.length > 0 && !this.isFull) {
      const events = this.queue.splice(0, batchLength(this.queue))
      this.inFlight.set(++this.correlation, events)
      this.inFlightCount += events.length
      this.isFull = !call.write({ correlation: this.correlation, events })
    }
  }

  private connect(): ImpressionCall {
    const call = this.options.open()
    call.on('data', (response) => this.acknowledge(response))
    call.on('drain', () => this.resume(call))
    call.on('error', (error) => this.lose(call, error))
    call.on('end', () => this.lose(call, undefined))
    return call
  }

  private acknowledge({ correlation, acknowledgements }: ingest.StreamResponse): void {
    const events = this.inFlight.get(correlation)
    if (events === undefined) return
    this.inFlight.delete(correlation)
    this.inFlightCount -= events.length
    this.backoffMs = BACKOFF_MS.first
    for (const { outcome } of acknowledgements) {
      if (outcome?.$case === 'accepted') this.logged++
      else this.dropped++
    }
  }

  private resume(call: ImpressionCall): void {
    if (call !== this.call) return
    this.isFull = false
    this.schedule()
  }

  private lose(call: ImpressionCall, error: unknown): void {
    if (call !== this.call) return
    call.cancel()
    if (error !== undefined) this.options.onError(error)
    this.queue = [...[...this.inFlight.values()].flat(), ...this.queue]
    this.inFlight.clear()
    this.inFlightCount = 0
    this.isFull = true // nobody writes until there is a stream again
    const { clock } = this.options
    void clock.sleep(this.backoffMs, this.closing.signal).then(() => {
      this.call = undefined
      this.isFull = false
      this.schedule()
    })
    this.backoffMs = Math.min(2 * this.backoffMs, BACKOFF_MS.max)
  }
}

const QUEUE_MAX = 1000
const EVENTS_MAX = 64
const BYTES_MAX = 512 << 10 // of features, so that the message stays well below ingest's 1 MiB
const BACKOFF_MS = { first: 100, max: 5000 }

/** How many of the first events one message carries. */
function batchLength(events: readonly Event[]): number {
  let bytes = 0
  let length = 0
  while (length < events.length && length < EVENTS_MAX) {
    for (const { ids, numbers } of events[length].impression?.items ?? []) bytes += ids.length + numbers.length + ITEM_BYTES
    if (length > 0 && bytes > BYTES_MAX) break
    length++
  }
  return length
}

const ITEM_BYTES = 64 // id, score, propensity and tags, about
