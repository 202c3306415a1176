import { FreshetError } from '@freshet/kernel'

/** A replica computes for as many engines as it can. */
export class ReplicaBusyError extends FreshetError {
  override readonly name = 'ReplicaBusyError'
  readonly code = 'OVERLOADED'
  readonly retryable = true

  constructor(readonly streamsMax: number) {
    super(`this replica serves ${streamsMax} streams, which is all it can; ask again later, or start another replica`)
  }
}
