import type { ingest } from '@freshet/contracts/services'

/** Why records were refused: how often, and one of them in words. */
export interface RefusalReason {
  readonly code: string
  readonly field: string
  readonly count: number
  readonly example: string
}

/** Counts acknowledgements: how many were accepted, and why the others were not. */
export interface AcknowledgementTally {
  count(acknowledgements: readonly ingest.Acknowledgement[]): void
  readonly accepted: number
  /** The most frequent first. */
  readonly reasons: readonly RefusalReason[]
}

/** A tally that has counted nothing. */
export function createAcknowledgementTally(): AcknowledgementTally {
  const reasons = new Map<string, RefusalReason>()
  let accepted = 0
  return {
    count(acknowledgements) {
      for (const { outcome } of acknowledgements) {
        if (outcome?.$case === 'accepted') accepted++
        if (outcome?.$case !== 'rejected') continue
        const { code, message } = outcome.rejected
        const field = outcome.rejected.field.replace(/\[\d+\]/g, '[]')
        const before = reasons.get(`${code} ${field}`)
        reasons.set(`${code} ${field}`, { code, field, example: before?.example ?? message, count: (before?.count ?? 0) + 1 })
      }
    },
    get accepted() {
      return accepted
    },
    get reasons() {
      return [...reasons.values()].sort((a, b) => b.count - a.count)
    },
  }
}

/** The refusal that a repetition may heal, where there is one. */
export function retryableOf(acknowledgements: readonly ingest.Acknowledgement[]): ingest.Rejection | undefined {
  for (const { outcome } of acknowledgements) if (outcome?.$case === 'rejected' && outcome.rejected.retryable) return outcome.rejected
  return undefined
}
