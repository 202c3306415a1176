import { Window, entryOf, putEntry } from '@freshet/contracts'

/**
 * A sliding window in equal buckets of time, as declared.
 *
 * At any moment it holds the bucket that runs, up to that moment, and the whole ones before it: what lies back no more than
 * windowMs − bucketMs counts, what lies back windowMs or more does not, and in between it depends on how much of the running bucket is over.
 */
export interface WindowShape {
  readonly name: string
  readonly buckets: number
  readonly bucketMs: number
}

/** The shape of a window of `windowMs` in so many buckets, whose width is rounded up to whole milliseconds. */
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
  const window = windowOf(windows, shape)
  if (widthOf(window, shape) !== shape.bucketMs) reshape(window, shape)
  put(window, Math.floor(timeMs / shape.bucketMs), times)
  forgetOld(window, shape)
}

/** How many events the window that ends at `nowMs` holds; also of one that was counted in buckets of another width. */
export function windowCount(window: Window | undefined, shape: WindowShape, nowMs: number): number {
  if (window === undefined) return 0
  const newest = Math.floor(nowMs / shape.bucketMs)
  const { buckets, counts } = window
  const widthMs = widthOf(window, shape)
  let sum = 0
  for (let i = buckets.length - 1; i >= 0; i--) {
    const bucket = widthMs === shape.bucketMs ? buckets[i] : Math.floor((buckets[i] * widthMs) / shape.bucketMs)
    if (bucket <= newest - shape.buckets) break
    if (bucket <= newest) sum += counts[i]
  }
  return sum
}

/** Adds what was counted elsewhere. */
export function mergeWindow(windows: Record<string, Window>, shape: WindowShape, added: Window): void {
  const window = windowOf(windows, shape)
  if (widthOf(window, shape) !== shape.bucketMs) reshape(window, shape)
  const other = { ...added, buckets: [...added.buckets], counts: [...added.counts] }
  if (widthOf(other, shape) !== shape.bucketMs) reshape(other, shape)
  other.buckets.forEach((bucket, i) => put(window, bucket, other.counts[i]))
  forgetOld(window, shape)
}

const windowOf = (windows: Record<string, Window>, { name, bucketMs }: WindowShape): Window =>
  entryOf(windows, name) ?? putEntry(windows, name, Window.create({ widthMs: bucketMs }))

/** States of before widths were kept have the declared one: no dictionary could change then. */
const widthOf = ({ widthMs }: Window, { bucketMs }: WindowShape): number => (widthMs === 0 ? bucketMs : widthMs)

/** Counts that were kept in buckets of another width: each goes to the bucket that its own begins in. */
function reshape(window: Window, { bucketMs }: WindowShape): void {
  const { buckets, counts, widthMs } = window
  Object.assign(window, { buckets: [], counts: [], widthMs: bucketMs })
  buckets.forEach((bucket, i) => put(window, Math.floor((bucket * widthMs) / bucketMs), counts[i]))
}

function put({ buckets, counts }: Window, bucket: number, times: number): void {
  let at = buckets.length
  while (at > 0 && buckets[at - 1] > bucket) at--
  if (at > 0 && buckets[at - 1] === bucket) {
    counts[at - 1] += times
    return
  }
  buckets.splice(at, 0, bucket)
  counts.splice(at, 0, times)
}

function forgetOld({ buckets, counts }: Window, shape: WindowShape): void {
  const oldest = buckets[buckets.length - 1] - shape.buckets + 1
  while (buckets[0] < oldest) {
    buckets.shift()
    counts.shift()
  }
}
