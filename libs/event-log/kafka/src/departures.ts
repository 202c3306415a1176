import { UnavailableError } from '@freshet/kernel'
import type { Batch, Place } from './link'
import type { Outcome } from './produce-request'

/** A batch on its way to its partition. */
export interface Sending extends Batch {
  readonly place: Place
  /** Aborts once nobody waits for it any more. */
  readonly over: AbortSignal
}

/**
 * Lets what goes to the partitions of one broker travel together: while a request is on its way, what is to be sent gathers, and leaves
 * with the next one. A broker takes one request of a connection after the other, so one with many partitions is as quick as one with few.
 */
export class Departures {
  private waiting: Passenger[] = []
  private underWay = 0

  constructor(
    /** Sends one request; what becomes of each batch. */
    private readonly send: (sendings: readonly Sending[]) => Promise<readonly Outcome[]>,
  ) {}

  /** The offset of the batch's first message. Of one partition one batch may be on its way. */
  leave(sending: Sending): Promise<number> {
    return new Promise((resolve, reject) => {
      const isFirst = this.waiting.length === 0
      this.waiting.push({ sending, bytes: bytesOf(sending), resolve, reject })
      if (isFirst) setImmediate(() => this.depart()) // once this turn has said all that it wants
    })
  }

  /** A full request need not wait for the one before it: it is encoded while that one is written. */
  private depart(): void {
    this.dismiss()
    while (this.waiting.length > 0 && (this.underWay === 0 || (this.underWay < UNDER_WAY_MAX && this.waitingBytes >= FULL_BYTES)))
      void this.travel(this.board())
  }

  /** Who has waited for longer than his caller does stays: on a broker that goes on after a halt, what was given up would come late, behind what followed. */
  private dismiss(): void {
    for (const { sending, reject } of this.waiting)
      if (sending.over.aborted) reject(new UnavailableError('the request', 'it waited too long behind others, and was not sent'))
    this.waiting = this.waiting.filter(({ sending }) => !sending.over.aborted)
  }

  private get waitingBytes(): number {
    return this.waiting.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Those who leave next, in the order in which they came: one at least, and not more than fits. */
  private board(): readonly Passenger[] {
    let [count, bytes] = [1, this.waiting[0].bytes]
    while (count < this.waiting.length && bytes + this.waiting[count].bytes <= REQUEST_BYTES_MAX) bytes += this.waiting[count++].bytes
    return this.waiting.splice(0, count)
  }

  private async travel(aboard: readonly Passenger[]): Promise<void> {
    this.underWay++
    try {
      const outcomes = await this.send(aboard.map(({ sending }) => sending))
      aboard.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i]
        if (typeof outcome === 'number') resolve(outcome)
        else reject(outcome)
      })
    } catch (error) {
      for (const { reject } of aboard) reject(error)
    }
    this.underWay--
    this.depart()
  }
}

interface Passenger {
  readonly sending: Sending
  readonly bytes: number
  resolve(offset: number): void
  reject(error: unknown): void
}

const bytesOf = ({ messages }: Sending): number => messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)

const UNDER_WAY_MAX = 2
const FULL_BYTES = 64 << 10
const REQUEST_BYTES_MAX = 16 << 20 // brokers take 100 MiB at once by default
