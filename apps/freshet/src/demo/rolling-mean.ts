const BUCKET_MS = 1000

/** A mean over the last so many milliseconds, and how it went. */
export interface RollingMean {
  add(value: number, nowMs: number): void
  /** Undefined where nothing came in that time. */
  read(nowMs: number): number | undefined
}

/** A mean that forgets by the second. */
export function createRollingMean(windowMs: number): RollingMean {
  const buckets: { readonly second: number; sum: number; count: number }[] = []
  return {
    add(value, nowMs) {
      const second = Math.floor(nowMs / BUCKET_MS)
      const last = buckets.at(-1)
      if (last?.second === second) {
        last.sum += value
        last.count++
      } else buckets.push({ second, sum: value, count: 1 })
    },
    read(nowMs) {
      while (buckets[0] && buckets[0].second * BUCKET_MS <= nowMs - windowMs) buckets.shift()
      const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
      return count === 0 ? undefined : buckets.reduce((sum, bucket) => sum + bucket.sum, 0) / count
    },
  }
}
