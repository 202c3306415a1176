import type { ItemState } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'

/** How much is going on around an item. */
export interface Popularity {
  /** Events of all declared windows, as they stand now. */
  readonly popular: number
  /** How far the newest quarter of the windows exceeds what the whole lets expect, in standard deviations. */
  readonly trending: number
}

/** A way to measure items, by the windows that the dictionary counts; where it counts none, by all events ever. */
export function popularityMeter({ declared }: Dictionary): (state: ItemState, nowMs: number) => Popularity {
  const windows = declared.item.flatMap((feature) => (feature.kind === 'count' ? [feature] : []))
  if (windows.length === 0) return ({ events }) => ({ popular: events, trending: 0 })
  return (state, nowMs) => {
    let popular = 0
    let recent = 0
    for (const { name, windowMs, buckets: bucketCount } of windows) {
      const { buckets = [], counts = [] } = state.windows[name] ?? {}
      const newest = Math.floor(nowMs / Math.ceil(windowMs / bucketCount))
      for (let i = 0; i < buckets.length; i++) {
        if (buckets[i] <= newest - bucketCount || buckets[i] > newest) continue
        popular += counts[i]
        if (buckets[i] > newest - Math.ceil(bucketCount / RECENT)) recent += counts[i]
      }
    }
    const expected = popular / RECENT
    return { popular, trending: (recent - expected) / Math.sqrt(expected + 1) }
  }
}

const RECENT = 4 // the newest 1/4 of a window against the whole
