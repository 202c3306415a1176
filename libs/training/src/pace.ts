/** How fast something grows of late. */
export interface Pace {
  /** The count as it is now. */
  note(count: number, nowMs: number): void
  /** Per second, over the last ten at most; 0 while nothing has grown for so long. */
  perS(nowMs: number): number
}

/** A pace that has seen nothing: for display alone, no part of any state. */
export function createPace(): Pace {
  let marks: Mark[] = []
  return {
    note(count, nowMs) {
      const last = marks.at(-1)
      if (last && (count === last.count || nowMs - last.atMs < MARK_EVERY_MS)) return
      marks = [...marks.filter(({ atMs }) => nowMs - atMs < WINDOW_MS), { count, atMs: nowMs }]
    },
    perS(nowMs) {
      const recent = marks.filter(({ atMs }) => nowMs - atMs < WINDOW_MS)
      const [first, last] = [recent[0], recent.at(-1)]
      return first && last && last.count > first.count ? (1000 * (last.count - first.count)) / (nowMs - first.atMs) : 0
    },
  }
}

interface Mark {
  readonly count: number
  readonly atMs: number
}

const WINDOW_MS = 10_000
const MARK_EVERY_MS = 200
