import type { CompressionTypes, Message } from 'kafkajs'
import { UnavailableError } from '@freshet/kernel'
import { failureOf, isPassing } from './failures'
import type { HealthRecord } from './health'
import type { Link, Place, Producer } from './link'
import type { Patience } from './patience'

/** What the sessions of a log share. */
export interface SessionScope {
  readonly link: Pick<Link, 'introduce' | 'produce' | 'refresh'>
  readonly patience: Patience
  /** Told what becomes of each try. */
  readonly health: Pick<HealthRecord, 'wrote' | 'couldNotWrite'>
  readonly compression: CompressionTypes
  readonly deadlineMs: number
}

/**
 * Sends batches to one partition, one at a time, each written once.
 *
 * A batch that got no answer is sent again under the same producer id and sequence; a broker that has it says where, instead of writing it
 * twice. A batch whose outcome stays unknown ends the id, since the broker would take the next batch for that one.
 */
export class ProducerSession {
  private producer: Producer | undefined
  private sequence = 0

  constructor(
    private readonly scope: SessionScope,
    private readonly place: Place,
  ) {}

  /** The offset of the first message. Throws UnavailableError where nobody answered; the batch may then be there, or come to be there. */
  async send(messages: Message[], untilMs?: number): Promise<number> {
    const attempts = { isOpen: false }
    try {
      const offset = await this.scope.patience.during((over) => this.attempt(messages, attempts, over), untilMs)
      if (offset === LOST)
        throw new UnavailableError('the producer id', 'the broker forgot it while a batch was under way; read, then decide')
      this.sequence = (this.sequence + messages.length) % SEQUENCES
      return offset
    } catch (error) {
      if (attempts.isOpen) this.restart()
      throw error
    }
  }

  /** One try; `isOpen` tells whether it, or an earlier one, may have been written. Once it is `over`, the session is another batch's. */
  private async attempt(messages: Message[], attempts: { isOpen: boolean }, over: AbortSignal): Promise<number> {
    const { link, health, compression, deadlineMs } = this.scope
    const producer = this.producer ?? (await link.introduce())
    if (over.aborted) throw new UnavailableError('the caller', 'it has given this up') // nobody hears it
    this.producer = producer
    const batch = { ...producer, firstSequence: this.sequence, messages, compression, timeoutMs: deadlineMs }
    const wasOpen = attempts.isOpen
    attempts.isOpen = true
    try {
      const offset = await link.produce({ ...batch, place: this.place, over })
      health.wrote()
      return offset
    } catch (error) {
      if (over.aborted) throw error
      if (isPassing(error)) health.couldNotWrite(error)
      const isForgotten = FORGOTTEN.has(failureOf(error).type ?? '')
      if (isForgotten || !isPassing(error)) attempts.isOpen = wasOpen // a refusal was written nowhere
      if (!isForgotten) {
        await link.refresh().catch(() => {}) // the next try says what is wrong
        throw error
      }
      this.restart()
      if (wasOpen) return LOST
      throw new UnavailableError('the producer id', 'the broker has forgotten it; a new one is asked for')
    }
  }

  private restart(): void {
    this.producer = undefined
    this.sequence = 0
  }
}

const LOST = -1
const SEQUENCES = 2 ** 31 // they start again at 0
const FORGOTTEN = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING'])
