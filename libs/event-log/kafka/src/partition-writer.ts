import type { Message } from 'kafkajs'
import { OffsetConflictError, type Entry, type Partition } from '@freshet/event-log'
import { UnavailableError, type Clock } from '@freshet/kernel'
import type { Extent } from './extents'
import { conditionalMessageOf, messageOf } from './validity'

/** Where a writer writes, and whom it asks what stands there. */
export interface WriterTarget {
  /** As callers know it, for errors. */
  readonly of: Partition
  readonly extent: Extent
  /** Resolves once the topic stands. */
  readonly prepare: (untilMs: number) => Promise<void>
  /** Sends one batch, written once, tried until then by the monotonic clock; the offset of its first message. */
  readonly send: (messages: Message[], untilMs: number) => Promise<number>
  /** The next offset, asked for now. */
  readonly next: (untilMs: number) => Promise<number>
  /** Whether readers see a record in [from, to). */
  readonly holds: (from: number, to: number, untilMs: number) => Promise<boolean>
  /** Told that the partition goes on at an offset below what it had reached before something was sent: brokers lost what lay there. */
  readonly lost: (from: number) => void
}

/** How long a request may wait for its turn. */
export interface WriterPace {
  readonly clock: Clock
  readonly deadlineMs: number
}

/** Appends to one partition, one batch in flight: what is asked for meanwhile shares the next, so that calls keep their order. */
export class PartitionWriter {
  private readonly waiting: Request[] = []
  private draining: Promise<void> | undefined

  constructor(
    private readonly target: WriterTarget,
    private readonly pace: WriterPace,
  ) {}

  /** The first offset of the entries, once they are durable. Up to 8 MiB of them get offsets without a gap, whoever else writes. */
  append(entries: readonly Entry[]): Promise<number> {
    return this.enqueue({ messages: entries.map(messageOf), bytes: entries.reduce((sum, entry) => sum + weightOf(entry), 0) })
  }

  /** The offset of the entry, which readers see only if nothing that they see stands in [expected, offset). */
  appendIf(expected: number, { key, value }: Entry): Promise<number> {
    return this.enqueue({ messages: [], bytes: 0, condition: { expected, entry: { key, value: value.slice() } } })
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.draining
  }

  private enqueue(order: Order): Promise<number> {
    return new Promise((resolve, reject) => {
      const { clock, deadlineMs } = this.pace
      this.waiting.push({ ...order, untilMs: clock.monotonicMs() + deadlineMs, resolve, reject })
      this.draining ??= this.drain()
    })
  }

  private async drain(): Promise<void> {
    await Promise.resolve() // what is asked for in this turn shares the first batch
    for (let group = this.take(); group.length > 0; group = this.take()) {
      try {
        let offset = await this.write(group)
        for (const { messages, resolve } of group) {
          resolve(offset)
          offset += messages.length
        }
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.draining = undefined
  }

  /** Who goes next; whoever has waited too long behind others is not sent any more. */
  private take(): Request[] {
    const nowMs = this.pace.clock.monotonicMs()
    while (this.waiting.length > 0 && this.waiting[0].untilMs < nowMs)
      this.waiting
        .shift()
        ?.reject(new UnavailableError('Kafka', 'what was appended before got no answer in time, and this was not sent; send it again'))
    return takeGroup(this.waiting)
  }

  private async write(group: readonly Request[]): Promise<number> {
    const [{ untilMs, condition }] = group
    await this.target.prepare(untilMs)
    if (condition) return this.writeIf(condition, untilMs)
    const [first, ...rest] = batchesOf(group.flatMap(({ messages }) => messages))
    const offset = await this.send(first, untilMs)
    for (const batch of rest) await this.send(batch, untilMs)
    return offset
  }

  /**
   * Sends the entry as valid only at the partition's end, once nothing that readers see stands in [expected, end). Where it lands elsewhere,
   * somebody was first, perhaps with a record that is void itself: then once more, until it is valid or others stand where it was expected.
   */
  private async writeIf({ expected, entry }: Condition, untilMs: number): Promise<number> {
    const { of, extent, next, holds } = this.target
    for (;;) {
      if (extent.end < expected) extent.end = await next(untilMs)
      const { end } = extent
      if (end < expected || (end > expected && (await holds(expected, end, untilMs)))) throw new OffsetConflictError(of, expected, end)
      const offset = await this.send([conditionalMessageOf(entry, end)], untilMs)
      if (offset === end) return offset
      extent.end = offset + 1 // also where that is less than was believed: a partition that lost its tail
    }
  }

  private async send(messages: Message[], untilMs: number): Promise<number> {
    const { extent, send, lost } = this.target
    const { end } = extent
    const offset = await send(messages, untilMs)
    if (offset < end) lost(offset)
    extent.end = Math.max(extent.end, offset + messages.length)
    return offset
  }
}

/** What is asked for; without messages it is conditional. */
interface Order {
  readonly messages: readonly Message[]
  readonly bytes: number
  readonly condition?: Condition
}

interface Condition {
  readonly expected: number
  readonly entry: Entry
}

interface Request extends Order {
  /** By the monotonic clock. */
  readonly untilMs: number
  resolve(offset: number): void
  reject(error: unknown): void
}

/** The next requests that fit one batch; a conditional one goes alone. */
function takeGroup(waiting: Request[]): Request[] {
  let count = 0
  let records = 0
  let bytes = 0
  for (const request of waiting) {
    records += request.messages.length
    bytes += request.bytes
    if (count > 0 && (request.condition || records > BATCH_RECORDS_MAX || bytes > GROUP_BYTES_MAX)) break
    count++
    if (request.condition) break
  }
  return waiting.splice(0, count)
}

/** Batches that a broker takes: one, unless somebody appends more than 8 MiB or 50,000 records at once. */
export function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [[]]
  let bytes = 0
  for (const message of messages) {
    const weight = weightOf({ key: String(message.key ?? ''), value: message.value as Buffer })
    const last = batches[batches.length - 1]
    if (last.length === BATCH_RECORDS_MAX || (last.length > 0 && bytes + weight > BATCH_BYTES_MAX)) {
      batches.push([message])
      bytes = weight
      continue
    }
    last.push(message)
    bytes += weight
  }
  return batches
}

const weightOf = ({ key, value }: Entry): number => value.byteLength + 3 * key.length + RECORD_OVERHEAD_BYTES

const BATCH_RECORDS_MAX = 50_000
const BATCH_BYTES_MAX = 8 << 20 // what topics take at once, before the packer's overhead
const GROUP_BYTES_MAX = 1 << 20 // requests share a batch for fewer round trips, not for larger ones
const RECORD_OVERHEAD_BYTES = 64 // lengths, deltas and a header
