/** How long to wait before another try. */
export interface BackoffBounds {
  readonly first: number
  readonly max: number
}

/** Waits that double from try to try, until one has succeeded. */
export class Backoff {
  private coming: number

  constructor(private readonly bounds: BackoffBounds) {
    this.coming = bounds.first
  }

  /** The wait before the next try. */
  next(): number {
    const wait = this.coming
    this.coming = Math.min(2 * wait, this.bounds.max)
    return wait
  }

  /** Says that a try has succeeded. */
  reset(): void {
    this.coming = this.bounds.first
  }
}
