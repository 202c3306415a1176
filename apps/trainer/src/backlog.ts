import { type EventLog, TOPICS } from '@freshet/event-log'
import type { OnlineStore } from '@freshet/online-store'

/** Where events become examples. */
export interface BacklogSources {
  readonly log: Pick<EventLog, 'next'>
  readonly store: Pick<OnlineStore, 'positions' | 'outbox'>
}

/**
 * What some events of each partition still owe to learning: they are folded, what they completed is published, and that is cut.
 * Each is asked of those events alone, so that a stream which goes on behind them keeps nobody waiting.
 */
export class Backlog {
  private readonly lanes: Lane[]

  constructor(
    private readonly sources: BacklogSources,
    ends: readonly number[],
  ) {
    this.lanes = ends.map((end) => ({ end }))
  }

  /** By partition: the end of `examples` that has all of it; undefined while something is still to be published. */
  async publishedEnds(): Promise<readonly number[] | undefined> {
    const ends = await Promise.all(this.lanes.map((lane, partition) => this.publishedEnd(lane, partition)))
    return ends.every((end) => end !== undefined) ? ends : undefined
  }

  /** How many of the events are not folded yet. */
  async unfolded(): Promise<number> {
    const positions = await Promise.all(this.lanes.map((_, partition) => this.sources.store.positions(partition)))
    return this.lanes.reduce((sum, { end }, partition) => sum + Math.max(0, end - positions[partition].events), 0)
  }

  private async publishedEnd(lane: Lane, partition: number): Promise<number | undefined> {
    const { store, log } = this.sources
    lane.owedTo ??= await this.owedTo(lane.end, partition)
    if (lane.owedTo === undefined) return undefined
    const [oldest] = lane.publishedEnd === undefined ? await store.outbox(partition, 1) : []
    if (oldest === undefined || oldest.sequence > lane.owedTo) lane.publishedEnd ??= await log.next({ topic: TOPICS.examples, partition })
    return lane.publishedEnd
  }

  /** The last entry of the outbox that the events may have caused, once they are folded. */
  private async owedTo(end: number, partition: number): Promise<number | undefined> {
    const { store } = this.sources
    if ((await store.positions(partition)).events < end) return undefined
    return (await store.outbox(partition, Number.MAX_SAFE_INTEGER)).at(-1)?.sequence ?? NOTHING
  }
}

interface Lane {
  readonly end: number
  owedTo?: number
  publishedEnd?: number
}

const NOTHING = -1
