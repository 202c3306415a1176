import type { migrator } from '@freshet/contracts/services'

/** The last line of each of the latest moves: for display only, since what is true stands in the journal. */
export class RecentMoves {
  private readonly lines = new Map<string, migrator.MoveResponse>()

  /** Notes a move's newest line; the oldest move beyond the bound is forgotten. */
  note(line: migrator.MoveResponse): void {
    this.lines.set(line.moveId, line)
    for (const moveId of this.lines.keys()) {
      if (this.lines.size <= MOVES_MAX) return
      this.lines.delete(moveId)
    }
  }

  /** Oldest first. */
  list(): migrator.MoveResponse[] {
    return [...this.lines.values()]
  }
}

const MOVES_MAX = 100
