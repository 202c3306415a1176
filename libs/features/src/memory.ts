import type { Dictionary } from './dictionary'

/** How far back an event may still change what is computed: the longest window, or the longest wait of a list for its labels. */
export function memoryMs({ declared }: Dictionary): number {
  const windows = [...declared.user, ...declared.item].map((feature) => ('windowMs' in feature ? feature.windowMs : 0))
  const { joinWindowMs, lateLabelMs = joinWindowMs, latenessMs } = declared
  return Math.max(...windows, joinWindowMs + lateLabelMs + latenessMs)
}
