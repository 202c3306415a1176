import type { Clock } from '@freshet/kernel'

/** Why a partition is not folded on, and since when. */
export interface StandsStill {
  readonly because: string
  /** Milliseconds since 1970. */
  readonly sinceMs: number
}

interface Trouble extends StandsStill {
  readonly sinceMonotonicMs: number
}

const LASTING_MS = 1000 // what heals by loading once more is over by then

/** The partitions of a process that do not go on: from their first trouble until a batch has been folded again, be it an empty one. */
export class StandingPartitions {
  private readonly troubles = new Map<number, Trouble>()

  constructor(private readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>) {}

  /** It met trouble, once more or for the first time. */
  note(partition: number, error: unknown): void {
    const because = error instanceof Error ? error.message : String(error)
    const { sinceMs, sinceMonotonicMs } = this.troubles.get(partition) ?? {
      sinceMs: this.clock.nowMs(),
      sinceMonotonicMs: this.clock.monotonicMs(),
    }
    this.troubles.set(partition, { because, sinceMs, sinceMonotonicMs })
  }

  /** It goes on, or is somebody else's. */
  over(partition: number): void {
    this.troubles.delete(partition)
  }

  /** How long it has stood still; 0 where it does not. */
  forMs(partition: number): number {
    const trouble = this.troubles.get(partition)
    return trouble === undefined ? 0 : this.clock.monotonicMs() - trouble.sinceMonotonicMs
  }

  /** Why it stands still; undefined where it does not, or has only just begun to. */
  of(partition: number): StandsStill | undefined {
    const trouble = this.troubles.get(partition)
    if (trouble === undefined || this.forMs(partition) < LASTING_MS) return undefined
    return { because: trouble.because, sinceMs: trouble.sinceMs }
  }
}
