/** How far a partition has been followed. */
export interface Position {
  readonly topic: string
  readonly partition: number
  readonly position: number
}

/** Reports of positions: one commit under way, and what comes meanwhile goes into the next, the latest of each partition. */
export class PositionReports {
  private waiting = new Map<string, Position>()
  private next: Promise<void> | undefined
  private current: Promise<void> = Promise.resolve()

  constructor(private readonly commit: (positions: readonly Position[]) => Promise<void>) {}

  /** Resolves once the position, or a later report of its partition, has been committed. */
  report(position: Position): Promise<void> {
    this.waiting.set(`${position.topic}/${position.partition}`, position)
    this.next ??= this.current
      .catch(() => {}) // those who reported it were told
      .then(() => {
        const positions = [...this.waiting.values()]
        this.waiting = new Map()
        this.next = undefined
        this.current = this.commit(positions)
        return this.current
      })
    return this.next
  }
}
