import { setImmediate } from 'node:timers/promises'
import { GrowthWaiters } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { Chunk } from './chunk-cache'
import { nameOf } from './extents'
import type { HealthRecord } from './health'
import type { Fetched, FetchFrom, FetchBounds, Place } from './link'
import { longer, SHORTEST_MS } from './patience'
import { isOutOfRange } from './failures'

/** Connections over which polls go. */
export interface PollLink {
  nodeOf(place: Place): Promise<string>
  fetch(node: string, wanted: readonly FetchFrom[], bounds: FetchBounds): Promise<Fetched[]>
  refresh(): Promise<void>
}

/** What waiting for growth takes. */
export interface PollerScope {
  /** Each has connections of its own: a fetch that waits keeps those behind it waiting. */
  readonly links: readonly PollLink[]
  readonly clock: Clock
  readonly health: Pick<HealthRecord, 'succeeded' | 'failed'>
  readonly closed: AbortSignal
  /** Takes over what a poll brought. */
  readonly keep: (fetched: Fetched, from: number) => Chunk
  /** Where polling can go on in a partition that does not hold the offset. */
  readonly recover: (place: Place, offset: number) => Promise<number>
  /** Told that a broker was away: what it had may be another when it is back. */
  readonly doubt: () => void
}

/**
 * Waits for partitions to grow: one fetch per broker, over all partitions that are waited for, which the broker answers when one of them grows.
 *
 * A partition stays in the round for a while after its reader was woken, so that what comes while it works is there when it returns.
 * Who begins to wait during a round does so over the other link at once, instead of after the round.
 */
export class TailPoller {
  private readonly tails = new Map<string, Tail>()
  private readonly lanes = new Map<string, Lane[]>()
  private kicked = false

  constructor(private readonly scope: PollerScope) {}

  /** Whether all that came at or beyond `offset` would be known here. */
  follows(place: Place, offset: number): boolean {
    const tail = this.tails.get(nameOf(place))
    return tail !== undefined && tail.from <= offset
  }

  /** Whether nothing has come at or beyond `offset`, as of a moment ago: then asking the brokers would bring nothing. Sure only of what is known below `knownTo`. */
  isAtEnd(place: Place, offset: number, knownTo: number): boolean {
    const tail = this.tails.get(nameOf(place))
    if (tail === undefined || tail.from > offset || tail.seenTo > offset || tail.at < Math.max(offset, knownTo)) return false
    return this.scope.clock.monotonicMs() - tail.answeredMs < ANSWERED_MS_MAX
  }

  /** Somebody reads a partition up to `to`: as long as that goes on, it is polled, if it is. */
  read(place: Place, to: number): void {
    const tail = this.tails.get(nameOf(place))
    if (tail === undefined) return
    tail.unread = 0
    tail.leftMs = this.scope.clock.monotonicMs()
    if (!tail.isPolled && tail.calls === 0 && tail.at < to) tail.restart(to)
  }

  /** Resolves when a record at or beyond `offset` has come; polls from `from` on where the partition is not polled yet. */
  async wait(place: Place, { offset, from, signal }: { offset: number; from: number; signal: AbortSignal }): Promise<void> {
    const name = nameOf(place)
    const tail = this.tails.get(name) ?? new Tail(place, from)
    this.tails.set(name, tail)
    tail.unread = 0
    if (tail.seenTo > offset || this.scope.closed.aborted) return
    tail.calls++
    const waiting = tail.waiters.wait(offset, signal)
    if (!tail.isPolled) void this.kick()
    await waiting
    tail.leftMs = this.scope.clock.monotonicMs()
    tail.calls--
  }

  close(): void {
    for (const { waiters } of this.tails.values()) waiters.release()
  }

  /** Starts rounds for what is wanted and in no round, once this turn has said all that it wants. */
  private async kick(): Promise<void> {
    if (this.kicked) return
    this.kicked = true
    await setImmediate()
    this.kicked = false
    if (this.scope.closed.aborted) return
    for (const [node, tails] of await this.byNode(this.wanted())) {
      const lane = this.lanesOf(node).find(({ isBusy }) => !isBusy)
      const free = tails.filter(({ isPolled }) => !isPolled) // another kick may have been quicker
      if (lane && free.length > 0) void this.round(lane, free)
    }
  }

  /** What somebody waits for, or has until a moment ago. Forgets the others. */
  private wanted(): Tail[] {
    const nowMs = this.scope.clock.monotonicMs()
    const wanted: Tail[] = []
    for (const [name, tail] of this.tails) {
      const isLeft = tail.calls === 0 && nowMs - tail.leftMs > LINGER_MS
      if (isLeft && !tail.isPolled) this.tails.delete(name)
      if (!isLeft && !tail.isPolled && (tail.calls > 0 || tail.unread < UNREAD_BYTES_MAX)) wanted.push(tail)
    }
    return wanted
  }

  /** The tails by the broker that leads them; those without a leader are looked at again soon. */
  private async byNode(tails: readonly Tail[]): Promise<ReadonlyMap<string, Tail[]>> {
    const byNode = new Map<string, Tail[]>()
    const [link] = this.scope.links
    let isLate = false
    for (const tail of tails) {
      const node = await link.nodeOf(tail.place).catch(async (error: unknown) => {
        this.scope.health.failed(error)
        if (!isLate) await link.refresh().catch(() => {})
        isLate = true
      })
      if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), tail])
    }
    if (isLate) void this.scope.clock.sleep(SHORTEST_MS, this.scope.closed).then(() => this.kick())
    return byNode
  }

  private lanesOf(node: string): Lane[] {
    const lanes = this.lanes.get(node) ?? this.scope.links.map((link) => ({ node, link, isBusy: false, pauseMs: SHORTEST_MS }))
    this.lanes.set(node, lanes)
    return lanes
  }

  private async round(lane: Lane, tails: readonly Tail[]): Promise<void> {
    lane.isBusy = true
    for (const tail of tails) tail.isPolled = true
    try {
      const wanted = tails.map(({ place, at }) => ({ ...place, from: at }))
      const answers = await lane.link.fetch(lane.node, wanted, BOUNDS)
      this.scope.health.succeeded()
      lane.pauseMs = SHORTEST_MS
      const answeredMs = this.scope.clock.monotonicMs()
      for (const tail of tails) tail.answeredMs = answeredMs
      for (const fetched of answers) this.take(fetched)
      if (answers.some(({ messages }) => messages.length > 0)) await this.scope.clock.sleep(GATHER_MS, this.scope.closed)
    } catch (error) {
      for (const tail of tails) tail.answeredMs = -Infinity
      await this.mend(lane, error, tails)
    }
    for (const tail of tails) tail.isPolled = false
    lane.isBusy = false
    void this.kick()
  }

  private take(fetched: Fetched): void {
    const tail = this.tails.get(nameOf(fetched))
    if (!tail) return
    const { records, to, bytes } = this.scope.keep(fetched, tail.at)
    tail.at = to
    if (records.length === 0) return
    tail.unread += bytes
    tail.seenTo = records[records.length - 1].offset + 1
    tail.waiters.reached(tail.seenTo)
  }

  /** Goes on where the partition does, if it was retired or lost below or above us; else pauses, and asks who leads now. */
  private async mend(lane: Lane, error: unknown, tails: readonly Tail[]): Promise<void> {
    const { clock, closed, health, recover, doubt } = this.scope
    if (closed.aborted) return
    try {
      if (!isOutOfRange(error)) throw error
      for (const tail of tails) tail.restart(await recover(tail.place, tail.at))
    } catch (failure) {
      health.failed(failure)
      doubt()
      await clock.sleep(lane.pauseMs, closed)
      lane.pauseMs = longer(lane.pauseMs)
      await lane.link.refresh().catch(() => {}) // the next round says what is wrong
    }
  }
}

/** The end of one partition, as polls know it. */
class Tail {
  /** The next offset to poll. */
  at: number
  /** After the last record that readers see; 0 before the first. */
  seenTo = 0
  /** What came since somebody last asked. */
  unread = 0
  isPolled = false
  /** How many wait. */
  calls = 0
  /** When the last one left, or somebody read. */
  leftMs = 0
  /** When a poll of it was last answered. */
  answeredMs = -Infinity
  readonly waiters = new GrowthWaiters()

  constructor(
    readonly place: Place,
    /** From here on, all that came is known. */
    public from: number,
  ) {
    this.at = from
  }

  restart(at: number): void {
    this.at = at
    this.from = at
    this.seenTo = Math.min(this.seenTo, at)
  }
}

interface Lane {
  readonly node: string
  readonly link: PollLink
  isBusy: boolean
  pauseMs: number
}

const BOUNDS = { maxWaitMs: 250, bytesMax: 1 << 20 }
const ANSWERED_MS_MAX = 1000 // an answer is due after 250 ms at the latest
const GATHER_MS = 10 // after one partition has grown, others are about to: one fetch for all of them
const LINGER_MS = 5000
const UNREAD_BYTES_MAX = 1 << 20 // nobody reads: what comes is fetched when somebody does
