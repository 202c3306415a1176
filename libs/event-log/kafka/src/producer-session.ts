import type { CompressionTypes, Message } from 'kafkajs'
import { UnavailableError } from '@freshet/kernel'
import { failureOf, isPassing } from './failures'
import type { Link, Place, Producer } from './link'
import type { Patience } from './patience'

/** What the sessions of a log share. */
export interface SessionScope {
  readonly link: Pick<Link, 'introduce' | 'produce' | 'refresh'>
  readonly patience: Patience
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
  async send(messages: Message[], untilMs = Infinity): Promise<number> {
    const attempts = { isOpen: false }
    try {
      const offset = await this.scope.patience.during(() => this.attempt(messages, attempts), this.scope.deadlineMs, untilMs)
      if (offset === LOST)
        throw new UnavailableError('the producer id', 'the broker forgot it while a batch was under way; read, then decide')
      this.sequence = (this.sequence + messages.length) % SEQUENCES
      return offset
    } catch (error) {
      if (attempts.isOpen) this.restart()
      throw error
    }
  }

  /** One try; `isOpen` tells whether an earlier one may have been written. */
  private async attempt(messages: Message[], attempts: { isOpen: boolean }): Promise<number> {
    const { link, compression, deadlineMs } = this.scope
    this.producer ??= await link.introduce()
    const batch = { ...this.producer, firstSequence: this.sequence, messages, compression, timeoutMs: deadlineMs }
    try {
      return await link.produce(this.place, batch)
    } catch (error) {
      if (FORGOTTEN.has(failureOf(error).type ?? '')) {
        this.restart()
        if (attempts.isOpen) return LOST
        throw new UnavailableError('the producer id', 'the broker has forgotten it; a new one is asked for')
      }
      attempts.isOpen ||= isPassing(error) // a refusal was written nowhere
      await link.refresh().catch(() => {}) // the next try says what is wrong
      throw error
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
