import { randomBelow, shuffled } from '@freshet/kernel'
import type { FleetService } from '@freshet/testing'

/** One process that is ended without a warning. */
export interface Kill {
  readonly service: FleetService
  /** Once so many events have been acknowledged, */
  readonly afterEvents: number
  /** and so much later: in the middle of whatever it then does. */
  readonly delayMs: number
}

/** The five processes. */
export const FIVE: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker']

const DELAY_MS_MAX = 400

/**
 * Kills at random moments, one within each `everyEvents`; every five of them meet each process once, in random order. A longer plan begins as a shorter
 * one does.
 */
export function planKills(count: number, { seed, everyEvents }: { readonly seed: number; readonly everyEvents: number }): Kill[] {
  return Array.from({ length: count }, (_, i) => ({
    service: shuffled(FIVE, seed, Math.floor(i / FIVE.length))[i % FIVE.length],
    afterEvents: i * everyEvents + randomBelow(everyEvents, seed, i, 1),
    delayMs: randomBelow(DELAY_MS_MAX, seed, i, 2),
  }))
}
