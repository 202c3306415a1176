import type { Clock } from '@freshet/kernel'
import { OtherLogError } from './errors'
import type { JournalDesk } from './journal-desk'

const LATE_MS = 10_000 // a broker that has just taken over has heard of the last records by then

/** A journal that ends before what was read of it. For a while it may be one whose last records a broker has not heard of; then it is another one. */
export class ShortJournal {
  private sinceMs: number | undefined

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  /** Whether the journal ended before what was read, when it was last looked at. Throws OtherLogError once that has lasted. */
  check({ shortBy, position }: Pick<JournalDesk, 'shortBy' | 'position'>): boolean {
    if (shortBy === 0) this.sinceMs = undefined
    if (shortBy === 0) return false
    const nowMs = this.clock.monotonicMs()
    this.sinceMs ??= nowMs
    if (nowMs - this.sinceMs < LATE_MS) return true
    throw new OtherLogError('the journal that was read is', `it was read up to ${position}, and ends at ${position - shortBy}`)
  }
}
