import { encoded, Touch } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import { recordsOf } from '../fleet/records'

/** What the topic `touches` says, against what was sent there; all 0 where nothing is wrong. */
export interface TouchBalance {
  /** Numbers that nobody can take: they are not there, come after a later one of their source, or say something else than was sent. */
  readonly lost: number
  /** Records of numbers that nobody has given. */
  readonly unexpected: number
}

/**
 * What events do to items, as a fold of them alone has it, number by number: who is sent what, by whom.
 *
 * All of a touch follows from the events of its source's partition, so the same number has the same bytes whoever folded it, whenever, and however often it
 * was published. A copy may come at any time after the first; of a source's numbers each is first met after the one before it.
 */
export class TouchLedger {
  /** By target, by source, by number. */
  private readonly expected: Uint8Array[][][]

  constructor(private readonly partitions: number) {
    const each = <T>(of: () => T): T[] => Array.from({ length: partitions }, of)
    this.expected = each(() => each(() => []))
  }

  /** Takes up the next touch that a source sends. */
  sent(touch: Touch): void {
    this.expected[partitionOf(touch.itemId, this.partitions)][touch.sourcePartition].push(encoded(Touch, touch))
  }

  /** Holds the topic against what was sent, from its first record on. */
  async hold(log: EventLog): Promise<TouchBalance> {
    let [lost, unexpected] = [0, 0]
    for (const [partition, expected] of this.expected.entries()) {
      const met = new Array<number>(this.partitions).fill(0)
      for await (const { value } of recordsOf(log, { topic: TOPICS.touches, partition })) {
        const { sourcePartition, sequence } = Touch.decode(value)
        const sent = expected[sourcePartition]?.[sequence]
        if (sent === undefined) {
          unexpected++
          continue
        }
        lost += Math.max(0, sequence - met[sourcePartition]) // whoever takes this one takes those no more
        met[sourcePartition] = Math.max(met[sourcePartition], sequence + 1)
        if (Buffer.compare(sent, value) !== 0) lost++
      }
      lost += expected.reduce((sum, { length }, source) => sum + length - met[source], 0)
    }
    return { lost, unexpected }
  }
}
