import { FreshetError } from '@freshet/kernel'

/** A request, or a record of it, that is larger than ingest takes. */
export class MessageTooLargeError extends FreshetError {
  override readonly name = 'MessageTooLargeError'
  readonly code = 'MESSAGE_TOO_LARGE'
  readonly retryable = false

  constructor(
    readonly field: string,
    readonly value: number,
    readonly valueMax: number,
  ) {
    super(`${field} is ${value}, and at most ${valueMax} is taken; send smaller pieces`)
  }
}

/** A live write while a file's clock rules. */
export class ReplayOpenError extends FreshetError {
  override readonly name = 'ReplayOpenError'
  readonly code = 'UNAVAILABLE'
  readonly retryable = true

  constructor(
    readonly replayId: string,
    readonly source: string,
  ) {
    super(`replay '${replayId}' of '${source}' is open, and live writes wait for its end; send this again once it is closed`)
  }
}

/** A dead letter that keeps only the beginning of what was refused. */
export class LetterCutError extends FreshetError {
  override readonly name = 'LetterCutError'
  readonly code = 'PRECONDITION'
  readonly retryable = false

  constructor(
    readonly offset: number,
    readonly keptBytes: number,
    readonly payloadBytes: number,
  ) {
    super(
      `dead letter ${offset} keeps ${keptBytes} of ${payloadBytes} bytes, and what was cut cannot be replayed; send the event again from where it came`,
    )
  }
}

/** A dead letter of somebody who was forgotten after it was written. */
export class ForgottenLetterError extends FreshetError {
  override readonly name = 'ForgottenLetterError'
  readonly code = 'PRECONDITION'
  readonly retryable = false

  constructor(readonly offset: number) {
    super(
      `dead letter ${offset} is of somebody who was forgotten since, and a replay would bring it back; leave it: what they do from now on is taken as it comes`,
    )
  }
}

/** More waits for the log than memory is meant to hold. */
export class IntakeOverloadedError extends FreshetError {
  override readonly name = 'IntakeOverloadedError'
  readonly code = 'OVERLOADED'
  readonly retryable = true

  constructor(
    readonly waitingBytes: number,
    readonly waitingBytesMax: number,
  ) {
    super(`${waitingBytes} bytes wait to become durable, and at most ${waitingBytesMax} may; send this again a little later`)
  }
}
