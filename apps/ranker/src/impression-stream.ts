import type { Event } from '@freshet/contracts'
import type { ingest } from '@freshet/contracts/services'
import type { Clock } from '@freshet/kernel'
import type { ImpressionSink } from '@freshet/ranking'
import { batchLength, fitting } from './impression-weight'

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
  /** The largest message that ingest takes. */
  readonly messageBytesMax: number
  /** Runs a thing soon, off the path of the answer that caused it. */
  readonly soon?: (run: () => void) => void
}

/**
 * Sends impressions to ingest over one long-lived stream, which it opens again when it breaks: what was not acknowledged is
 * sent again under the same event ids, so nothing counts twice. What does not fit the bounded queue is dropped and counted.
 *
 * Where ingest refuses a message it ends the stream, and does not say which one it was: what was under way is then sent one by one, and what is refused
 * by itself is dropped and counted.
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
  /** How many events are still sent one by one. */
  private singly = 0
  private backoffMs = BACKOFF_MS.first
  private readonly closing = new AbortController()

  constructor(private readonly options: ImpressionStreamOptions) {}

  offer(impression: Event): boolean {
    if (this.queue.length + this.inFlightCount >= QUEUE_MAX || this.closing.signal.aborted) {
      this.dropped++
      return false
    }
    this.queue.push(fitting(impression, this.options.messageBytesMax))
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
    while (this.queue.length > 0 && !this.isFull && (this.singly === 0 || this.inFlightCount === 0)) {
      const events = this.queue.splice(0, this.singly > 0 ? 1 : batchLength(this.queue, this.options.messageBytesMax))
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
    if (this.singly > 0) this.settleOne()
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
    this.call = undefined
    call.cancel()
    if (error !== undefined) this.options.onError(error)
    this.takeBack(isRefusal(error))
    this.isFull = true // nobody writes until there is a stream again
    const { clock } = this.options
    void clock.sleep(this.backoffMs, this.closing.signal).then(() => {
      this.isFull = false
      this.schedule()
    })
    this.backoffMs = Math.min(2 * this.backoffMs, BACKOFF_MS.max)
  }

  /** What got no answer goes first again; but for what was refused although it went alone. */
  private takeBack(isRefused: boolean): void {
    const sent = [...this.inFlight.values()].flat()
    this.inFlight.clear()
    this.inFlightCount = 0
    if (isRefused && sent.length === 1) {
      this.dropped++
      if (this.singly > 0) this.settleOne()
      return
    }
    if (isRefused) this.singly = sent.length
    this.queue = [...sent, ...this.queue]
  }

  /** One more of those that are sent one by one is through. */
  private settleOne(): void {
    this.singly--
    this.schedule()
  }
}

const QUEUE_MAX = 1000
const BACKOFF_MS = { first: 100, max: 5000 }
const INVALID_ARGUMENT = 3 // of gRPC

/** Whether ingest would not take what it was sent: sending it again changes nothing. */
const isRefusal = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'code') === INVALID_ARGUMENT
