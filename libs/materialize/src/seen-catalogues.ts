import { UnavailableError } from '@freshet/kernel'
import type { Standing } from '@freshet/online-store'

/** A partition as somebody has just seen it. */
export interface SeenPartition {
  readonly partition: number
  readonly at: Standing
  /** It is being brought back: it stands at its end from the first commit on. */
  readonly isRestoring: boolean
}

/**
 * How far a process has seen each partition with its catalogue. A store that came back empty, or turned back, is short of that until its owner has brought
 * it back; an item that is unknown there, or known as it was long ago, is not so in truth, and an event would keep for good what it met.
 */
export class SeenCatalogues {
  private readonly furthest = new Map<number, number>()
  private readonly excused = new Map<number, string>()

  /**
   * What a partition lacks of what it was seen with, and of `end` where that is further: words that change as it moves. Undefined where it lacks nothing,
   * which is remembered.
   */
  lackOf({ partition, at, isRestoring }: SeenPartition, end = 0): string | undefined {
    if (isRestoring) return `being restored, by commit ${at.lineage}`
    if (at.catalog < Math.max(this.furthestOf(partition), end)) return `at ${at.catalog}`
    this.furthest.set(partition, at.catalog)
    this.excused.delete(partition)
    return undefined
  }

  /** Takes a partition as it is for as long as it does not move: nobody may be there to bring it back. */
  excuse(partition: number, lack: string): void {
    this.excused.set(partition, lack)
  }

  /** Refuses what is read of a partition that lacks something and may get it back. Throws UnavailableError: begin anew, and wait for it. */
  assertWhole(seen: SeenPartition): void {
    const { partition } = seen
    const lack = this.lackOf(seen)
    if (lack === undefined || lack === this.excused.get(partition)) return
    const what = `the catalogue of partition ${partition} up to ${this.furthestOf(partition)}`
    throw new UnavailableError(what, `its store has lost it, and is ${lack}; events wait until it is brought back`)
  }

  /** How far a partition was seen. */
  furthestOf(partition: number): number {
    return this.furthest.get(partition) ?? 0
  }

  /** Begins to look at a partition as if it had never been seen. */
  forget(partition: number): void {
    this.furthest.delete(partition)
  }
}
