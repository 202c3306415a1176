import { type Clock, isFreshetError } from '@freshet/kernel'
import type { Complaint } from '@freshet/service'

/** What keeps a trainer from learning though its process is well: a log that is another one, and what no further try of its thread heals. */
export class LearningComplaints {
  private standing: Complaint[] = []
  private failure: Complaint | undefined

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  /** All or some of it stands still, for these reasons; none: it goes on. */
  stands(because: readonly string[]): void {
    const before = this.standing
    this.standing = because.map((reason) => ({
      what: 'learning stands still',
      because: reason,
      sinceMs: before.find((complaint) => complaint.because === reason)?.sinceMs ?? this.clock.nowMs(),
    }))
  }

  /** The thread has ended, by an error or by itself. */
  ended(error: Error | undefined): void {
    this.standing = []
    if (!isFreshetError(error) || error.retryable) return
    this.failure = { what: 'the trainer cannot go on', because: error.message, sinceMs: this.failure?.sinceMs ?? this.clock.nowMs() }
  }

  /** The thread has read the journal to its end: whatever ended one before it is over. */
  recovered(): void {
    this.failure = undefined
  }

  list(): readonly Complaint[] {
    return [...(this.failure ? [this.failure] : []), ...this.standing]
  }
}
