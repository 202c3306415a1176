import { FreshetError } from '@freshet/kernel'

/** A move that ended early; who owns the model set then stands in the journal. */
export class MoveFailedError extends FreshetError {
  override readonly name = 'MoveFailedError'
  readonly code = 'PRECONDITION'
  readonly retryable = true

  constructor(
    readonly phase: string,
    readonly reason: string,
  ) {
    super(`the move ended in phase '${phase}': ${reason}`)
  }
}
