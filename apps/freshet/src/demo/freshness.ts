/** Measures how long it takes until an answer contains an event: from its acknowledgement to the first answer that says so. */
export interface FreshnessProbe {
  acknowledged(partition: number, offset: number, nowMs: number): void
  /** An answer came that contains so much of each partition. */
  answered(contains: readonly number[], nowMs: number): void
  /** Milliseconds, of the last so many events; undefined before the first. */
  quantile(q: number): number | undefined
}

const WAITING_MAX = 10_000 // a trainer that stands still does not fill the memory

/** A probe over the last `samplesMax` events. */
export function createFreshnessProbe(samplesMax: number): FreshnessProbe {
  const waiting = new Map<number, { offset: number; sinceMs: number }[]>()
  const samples: number[] = []
  return {
    acknowledged(partition, offset, nowMs) {
      const queue = waiting.get(partition) ?? []
      waiting.set(partition, queue)
      if (queue.length < WAITING_MAX) queue.push({ offset, sinceMs: nowMs })
    },
    answered(contains, nowMs) {
      for (const [partition, queue] of waiting) {
        const learned = contains[partition] ?? -1
        for (let next = queue[0]; next && next.offset <= learned; next = queue[0]) {
          queue.shift()
          samples.push(nowMs - next.sinceMs)
        }
      }
      samples.splice(0, samples.length - samplesMax)
    },
    quantile(q) {
      const sorted = [...samples].sort((a, b) => a - b)
      return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
    },
  }
}
