import { FreshetError } from '@freshet/kernel'

/** A follower's chain is not the owner's: its state is not what the journal says, and it must start from a version again. */
export class DivergedError extends FreshetError {
  override readonly name = 'DivergedError'
  readonly code = 'CORRUPT'
  readonly retryable = true

  constructor(
    readonly step: number,
    readonly chain: string,
    readonly expected: string,
  ) {
    super(`the chain after step ${step} is ${chain}, but the journal says ${expected}; reopen a version and replay`)
  }
}

/** A cut was executed here that is void: this state is not what the journal says, and a version before it must be opened. */
export class VoidedError extends FreshetError {
  override readonly name = 'VoidedError'
  readonly code = 'CORRUPT'
  readonly retryable = true

  constructor(readonly step: number) {
    super(`step ${step} was executed, but the journal says that its cut is void; reopen a version before it and replay`)
  }
}

/** The journal belongs to another dictionary or model than the one that is configured. */
export class LineMismatchError extends FreshetError {
  override readonly name = 'LineMismatchError'
  readonly code = 'SCHEMA_MISMATCH'
  readonly retryable = false

  constructor(
    readonly what: string,
    readonly configured: string,
    readonly recorded: string,
  ) {
    super(
      `the ${what} is ${configured}, but the journal began with ${recorded}; use another data directory (--data NAME), or the first ${what}`,
    )
  }
}

/** Only the owner may do what was asked. */
export class NotOwnerError extends FreshetError {
  override readonly name = 'NotOwnerError'
  readonly code = 'NOT_OWNER'
  readonly retryable = true

  constructor(
    readonly trainer: string,
    readonly owner: string,
  ) {
    super(`trainer ${trainer} does not own the model set, ${owner === '' ? 'nobody does yet' : `${owner} does`}; ask the owner`)
  }
}

/** What was learned is of another log than the one that is at hand: one that was brought back from a backup, or begun anew. */
export class OtherLogError extends FreshetError {
  override readonly name = 'OtherLogError'
  readonly code = 'PRECONDITION'
  readonly retryable = false

  constructor(
    readonly what: string,
    readonly found: string,
  ) {
    super(`${what} of another log: ${found}; bring back the log that it is of, or restore the data set from a backup`)
  }
}
