/** How many calls are being answered, and when there are none. */
export interface InFlight {
  readonly count: number
  enter(): void
  leave(): void
  /** Resolves at once, or when the last call has ended. */
  none(): Promise<void>
}

/** Counts from zero. */
export function countInFlight(onChange: (count: number) => void): InFlight {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    get count() {
      return count
    },
    enter() {
      onChange(++count)
    },
    leave() {
      onChange(--count)
      if (count > 0) return
      waiting.forEach((resolve) => resolve())
      waiting = []
    },
    none: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
