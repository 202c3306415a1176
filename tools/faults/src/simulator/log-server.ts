import {
  type Entry,
  type JoinOptions,
  type LogRecord,
  OffsetConflictError,
  OffsetOutOfRangeError,
  type Partition,
  partitionCountOf,
  type ReadLimit,
  shareOf,
  TOPICS,
} from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import type { Draws } from './draws'
import type { Host } from './host'
import type { Schedule } from './schedule'
import type { Met } from './tally'

/** What a log server lives in. */
export interface LogScope {
  readonly schedule: Schedule
  readonly draws: Draws
  /** Partitions of each keyed topic. */
  readonly partitions: number
  /** Told of each record as it becomes durable. */
  readonly onAppended: (to: Partition, record: LogRecord) => void
  readonly met: Met
}

/** One partition; what is trimmed stays for the judge. */
export interface Shelf {
  readonly of: Partition
  readonly records: LogRecord[]
  first: number
  readonly waiting: Set<Waiter>
}

interface Waiter {
  readonly host: Host
  readonly offset: number
  readonly go: () => void
}

interface Member {
  readonly host: Host
  readonly life: number
  readonly options: JoinOptions
  /** The share that it was told of last. */
  told: string
}

const NEWS_MS_MAX = 90 // how late a reader may hear of new records: they come several at a time then
const SESSION_MS = 300 // how long a member may be silent

/** The log itself, as its servers hold it: every verb takes effect at once and wholly. */
export class LogServer {
  downUntilMs = 0
  private readonly shelves = new Map<string, Shelf[]>()
  readonly reported = new Map<string, number>()
  private readonly members = new Map<string, Member>()

  constructor(private readonly scope: LogScope) {}

  partitions(topic: string): number {
    return partitionCountOf(topic, { events: this.keyed, touches: this.keyed, catalog: this.keyed, examples: this.keyed })
  }

  shelf(of: Partition): Shelf {
    let topic = this.shelves.get(of.topic)
    if (topic === undefined) this.shelves.set(of.topic, (topic = []))
    return (topic[of.partition] ??= { of, records: [], first: 0, waiting: new Set() })
  }

  append(to: Partition, entries: readonly Entry[]): number {
    this.assertUp()
    return this.enter(this.shelf(to), entries)
  }

  /** As {@link append}, whether or not anybody else is served. */
  enter(shelf: Shelf, entries: readonly Entry[]): number {
    const first = shelf.records.length
    for (const { key, value } of entries) {
      const record = { offset: shelf.records.length, key, value }
      shelf.records.push(record)
      this.scope.onAppended(shelf.of, record)
    }
    for (const waiter of shelf.waiting) if (waiter.offset < shelf.records.length) this.wake(shelf, waiter)
    return first
  }

  appendIf(to: Partition, expected: number, entry: Entry): number {
    this.assertUp()
    const next = this.shelf(to).records.length
    if (expected !== next) {
      this.scope.met('appends_refused')
      throw new OffsetConflictError(to, expected, next)
    }
    return this.append(to, [entry])
  }

  read(of: Partition, from: number, { records }: ReadLimit): readonly LogRecord[] {
    this.assertUp()
    const shelf = this.shelf(of)
    this.assertWithin(shelf, from)
    return shelf.records.slice(from, from + records)
  }

  next(of: Partition): number {
    this.assertUp()
    return this.shelf(of).records.length
  }

  first(of: Partition): number {
    this.assertUp()
    return this.shelf(of).first
  }

  trim(of: Partition, below: number): void {
    this.assertUp()
    const shelf = this.shelf(of)
    if (below <= shelf.first) return
    this.assertWithin(shelf, below)
    this.scope.met(of.topic === TOPICS.journal || of.topic === TOPICS.examples ? 'trainer_trims' : 'retention_trims')
    shelf.first = below
  }

  /** Lets a host wait for growth; the answer is how it stops waiting. */
  wait(of: Partition, waiter: Waiter): () => void {
    const shelf = this.shelf(of)
    shelf.waiting.add(waiter)
    if (waiter.offset < shelf.records.length) this.wake(shelf, waiter)
    return () => void shelf.waiting.delete(waiter)
  }

  /** Takes a process into the group of feature stores. */
  join(host: Host, options: JoinOptions): () => void {
    const member = { host, life: host.life, options, told: '' }
    this.members.set(options.member, member)
    this.rebalance()
    this.watch(member)
    return () => {
      this.leave(member)
      member.told = LEFT
    }
  }

  private get keyed(): number {
    return this.scope.partitions
  }

  private leave(member: Member): void {
    if (this.members.delete(member.options.member)) this.rebalance()
  }

  /** A silent member is taken out; when a frozen one is heard of again it comes back in. */
  private watch(member: Member): void {
    const { schedule } = this.scope
    schedule.after(SESSION_MS, `the group looks at ${member.options.member}`, () => {
      const isGone = member.life !== member.host.life
      if (isGone || member.host.isFrozen) this.leave(member)
      else if (!this.members.has(member.options.member) && member.told !== LEFT) {
        this.members.set(member.options.member, member)
        this.rebalance()
      }
      if (!isGone && member.told !== LEFT) this.watch(member)
    })
  }

  /** Each member hears of its share in its own time, so for a while two may believe that they fold the same partition. */
  private rebalance(): void {
    for (const member of this.members.values()) {
      const { host, options } = member
      host.tell(this.scope.draws.latencyMs(), `${options.member} is assigned`, () => {
        const share = this.members.has(options.member) ? shareOf(options.member, [...this.members.keys()], this.keyed) : []
        if (member.told === share.join()) return
        if (member.told !== '') this.scope.met('rebalances')
        member.told = share.join()
        options.onAssigned(share)
      })
    }
  }

  private wake(shelf: Shelf, waiter: Waiter): void {
    shelf.waiting.delete(waiter)
    waiter.host.tell(this.scope.draws.between(1, NEWS_MS_MAX), `${shelf.of.topic}/${shelf.of.partition} has grown`, waiter.go)
  }

  private assertUp(): void {
    if (this.scope.schedule.nowMs < this.downUntilMs) throw new UnavailableError('the log', 'it is restarting')
  }

  private assertWithin({ of, first, records }: Shelf, offset: number): void {
    if (offset < first || offset > records.length) throw new OffsetOutOfRangeError(of, offset, first, records.length)
  }
}

const LEFT = 'nothing any more'
