import type { Outcome } from './outcome'

/** How many records this process took and refused since it started. */
export interface Tally {
  readonly accepted: number
  readonly refused: number
  readonly refusedByCode: Readonly<Record<string, number>>
}

/** Counts outcomes as they leave. */
export function createTally(): { count(outcomes: readonly Outcome[]): void; read(): Tally } {
  let accepted = 0
  let refused = 0
  const refusedByCode: Record<string, number> = {}
  return {
    count(outcomes) {
      for (const outcome of outcomes) {
        if (outcome.kind === 'accepted') accepted++
        else {
          refused++
          refusedByCode[outcome.error.code] = (refusedByCode[outcome.error.code] ?? 0) + 1
        }
      }
    },
    read: () => ({ accepted, refused, refusedByCode: { ...refusedByCode } }),
  }
}
