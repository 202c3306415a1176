import type { Window } from '@freshet/contracts'

/** A sliding window in equal buckets of time, as declared. */
export interface WindowShape {
  readonly name: string
  readonly buckets: number
  readonly bucketMs: number
}

/** The shape of a window of `windowMs` in so many buckets; its length is rounded up to whole ones. */
export const windowShape = (name: string, windowMs: number, buckets: number): WindowShape => ({
  name,
  buckets,
  bucketMs: Math.ceil(windowMs / buckets),
})

/** What is counted: so many events at a time. */
export interface Counted {
  readonly timeMs: number
  readonly times: number
}

/** Counts events; what lies before the window's newest extent is forgotten, events from before it are not counted. */
export function countInWindow(windows: Record<string, Window>, shape: WindowShape, { timeMs, times }: Counted): void {
  const window = (windows[shape.name] ??= { buckets: [], counts: [] })
  const { buckets, counts } = window
  const bucket = Math.floor(timeMs / shape.bucketMs)
  let at = buckets.length
  while (at > 0 && buckets[at - 1] > bucket) at--
  if (at > 0 && buckets[at - 1] === bucket) {
    counts[at - 1] += times
    return
  }
  buckets.splice(at, 0, bucket)
  counts.splice(at, 0, times)
  const oldest = buckets[buckets.length - 1] - shape.buckets + 1
  while (buckets[0] < oldest) {
    buckets.shift()
    counts.shift()
  }
}

/** How many events the window that ends at `nowMs` holds. */
export function windowCount(window: Window | undefined, shape: WindowShape, nowMs: number): number {
  if (window === undefined) return 0
  const newest = Math.floor(nowMs / shape.bucketMs)
  const { buckets, counts } = window
  let sum = 0
  for (let i = buckets.length - 1; i >= 0 && buckets[i] > newest - shape.buckets; i--) if (buckets[i] <= newest) sum += counts[i]
  return sum
}
