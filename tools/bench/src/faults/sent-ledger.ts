import { EventRecord, encoded, type MovedHistory, Touch, UserState, WaitingImpression } from '@freshet/contracts'
import { type EventLog, type Partition, TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import { recordsOf } from '../fleet/records'
import { withoutTiming } from './without-timing'

/** What stands in the log, against what events send there; all 0 where nothing is wrong. */
export interface SentBalance {
  /** Numbers that nobody can take: they are not there, come after a later one of their source, or say something else than was sent. */
  readonly lost: number
  /** Records of numbers that nobody has given. */
  readonly unexpected: number
}

/** One that was sent, or stands in the log: whose it is, its number, and what it says. */
interface Sent {
  readonly from: number
  readonly sequence: number
  readonly says: string
}

/**
 * What events send to other partitions, as a fold of them alone has it, number by number: touches to items, and histories of sessions to users.
 *
 * A number says the same whoever folded it, whenever, and however often it was published, but for sums that depend on when touches arrive. A copy may come at
 * any time after the first; of a source's numbers each is first met after the one before it.
 */
export class SentLedger {
  private readonly touches: Numbers[]
  private readonly histories: Numbers[]

  constructor(private readonly partitions: number) {
    const all = (): Numbers[] => Array.from({ length: partitions }, () => new Numbers(partitions))
    this.touches = all()
    this.histories = all()
  }

  /** Takes up the next touch that a source sends. */
  touch(touch: Touch): void {
    this.touches[partitionOf(touch.itemId, this.partitions)].expect(sentTouch(encoded(Touch, touch)))
  }

  /** Takes up the next part of a history that a source sends. */
  moved(moved: MovedHistory): void {
    this.histories[partitionOf(moved.userId, this.partitions)].expect(sentHistory(moved))
  }

  /** Holds the log against what was sent, from its first record on. */
  async hold(log: EventLog): Promise<SentBalance> {
    const balance = { lost: 0, unexpected: 0 }
    for (let partition = 0; partition < this.partitions; partition++) {
      await this.touches[partition].hold(touchesIn(log, { topic: TOPICS.touches, partition }), balance)
      await this.histories[partition].hold(historiesIn(log, { topic: TOPICS.events, partition }), balance)
    }
    return balance
  }
}

/** What one partition is sent, by source and number. */
class Numbers {
  private readonly expected: string[][]

  constructor(sources: number) {
    this.expected = Array.from({ length: sources }, () => [])
  }

  expect({ from, says }: Sent): void {
    this.expected[from].push(says)
  }

  async hold(there: AsyncIterable<Sent>, balance: { lost: number; unexpected: number }): Promise<void> {
    const met = this.expected.map(() => 0)
    for await (const { from, sequence, says } of there) {
      const expected = this.expected[from]?.[sequence]
      if (expected === undefined) {
        balance.unexpected++
        continue
      }
      balance.lost += Math.max(0, sequence - met[from]) // whoever takes this one takes those no more
      met[from] = Math.max(met[from], sequence + 1)
      if (says !== expected) balance.lost++
    }
    balance.lost += this.expected.reduce((sum, { length }, source) => sum + length - met[source], 0)
  }
}

async function* touchesIn(log: EventLog, of: Partition): AsyncGenerator<Sent> {
  for await (const { value } of recordsOf(log, of)) yield sentTouch(value)
}

async function* historiesIn(log: EventLog, of: Partition): AsyncGenerator<Sent> {
  for await (const { value } of recordsOf(log, of)) {
    const { record } = EventRecord.decode(value)
    if (record?.$case === 'moved') yield sentHistory(record.moved)
  }
}

/** A touch follows from the events of its source's partition to the last byte. */
function sentTouch(value: Uint8Array): Sent {
  const { sourcePartition: from, sequence } = Touch.decode(value)
  return { from, sequence, says: Buffer.from(value).toString('base64') }
}

function sentHistory({ sourcePartition: from, sequence, userId, sessionId, linkedMs, part }: MovedHistory): Sent {
  return { from, sequence, says: JSON.stringify([userId, sessionId, linkedMs, said(part)]) }
}

/** Of a list: which one, and what became of it; its features are of the moment in which it was shown. */
function said(part: MovedHistory['part']): unknown {
  if (part?.$case === 'userState') return inOrder(withoutTiming(UserState.decode(part.userState)))
  if (part?.$case !== 'list') return undefined
  const { requestId, timeMs, dueMs, closed, joined } = WaitingImpression.decode(part.list)
  return [requestId, timeMs, dueMs, closed, joined]
}

/** The same text for the same values, in whatever order their names were entered. */
const inOrder = (value: object): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
