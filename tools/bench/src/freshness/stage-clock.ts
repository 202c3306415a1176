/** The stages of an event's way after its acknowledgement, in order: what is seen last is the answer. */
export const STAGES = ['fold', 'example', 'learn', 'answer'] as const

/** A stage that says how far of `events` it contains. */
export type Stage = (typeof STAGES)[number]

/** What is known of one acknowledged event. */
interface Watched {
  readonly offset: number
  readonly acknowledgedMs: number
  /** By stage: when it was first seen to contain the event; NaN before. */
  readonly seenMs: Float64Array
}

/** Durations, ready to be judged. */
export interface StageTimes {
  /** From acknowledgement to the first answer that contains the event. */
  readonly endToEndMs: readonly number[]
  /** By stage: from being contained in the stage before (acknowledged, for the first). */
  readonly byStageMs: Readonly<Record<Stage, readonly number[]>>
  /** Events that no answer contained. */
  readonly unseen: number
}

/**
 * Follows events by place: every stage names, by partition, the greatest offset that it contains, and all events up to it are through.
 */
export class StageClock {
  private readonly watched: Watched[][]
  private readonly next: number[][]
  private readonly reached: { offset: number; atMs: number }[][]

  constructor(partitions: number) {
    this.watched = Array.from({ length: partitions }, () => [])
    this.next = STAGES.map(() => new Array<number>(partitions).fill(0))
    this.reached = STAGES.map(() => Array.from({ length: partitions }, () => ({ offset: -1, atMs: 0 })))
  }

  /** How many events are watched and not contained in an answer. */
  get open(): number {
    return this.watched.reduce((sum, events) => sum + events.length, 0) - this.through
  }

  /** How many events an answer contains. */
  get through(): number {
    return this.next[STAGES.length - 1].reduce((sum, next) => sum + next, 0)
  }

  /** Begins to watch an event; offsets of a partition rise. A stage may have been seen to contain it before its acknowledgement arrives. */
  watch(partition: number, offset: number, acknowledgedMs: number): void {
    this.watched[partition].push({ offset, acknowledgedMs, seenMs: new Float64Array(STAGES.length).fill(NaN) })
    STAGES.forEach((stage, s) => {
      const { offset: contained, atMs } = this.reached[s][partition]
      if (contained >= offset) this.advance(stage, partition, { offset: contained, atMs })
    })
  }

  /** A stage contains everything of a partition up to `offset`. */
  advance(stage: Stage, partition: number, seen: { readonly offset: number; readonly atMs: number }): void {
    const s = STAGES.indexOf(stage)
    if (seen.offset > this.reached[s][partition].offset) this.reached[s][partition] = { ...seen }
    const events = this.watched[partition]
    let next = this.next[s][partition]
    for (; next < events.length && events[next].offset <= seen.offset; next++) events[next].seenMs[s] = seen.atMs
    this.next[s][partition] = next
  }

  /** The durations of all events that were acknowledged from `fromMs` on and before `toMs`. */
  read(fromMs: number, toMs: number): StageTimes {
    const events = this.watched.flat().filter(({ acknowledgedMs }) => acknowledgedMs >= fromMs && acknowledgedMs < toMs)
    const through = events.filter(({ seenMs }) => seenMs.every((atMs) => !Number.isNaN(atMs)))
    const since = ({ acknowledgedMs, seenMs }: Watched, s: number): number =>
      Math.max(0, seenMs[s] - Math.max(acknowledgedMs, ...seenMs.subarray(0, s)))
    return {
      endToEndMs: through.map(({ acknowledgedMs, seenMs }) => Math.max(0, seenMs[STAGES.length - 1] - acknowledgedMs)),
      byStageMs: Object.fromEntries(STAGES.map((stage, s) => [stage, through.map((event) => since(event, s))])) as Record<Stage, number[]>,
      unseen: events.length - through.length,
    }
  }
}
