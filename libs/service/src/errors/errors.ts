import { FreshetError, type ErrorCode } from '@freshet/kernel'

/** One setting that breaks a rule, by its full path. */
export interface SettingFacts {
  readonly setting: string
  readonly value: unknown
  readonly rule: string
  readonly remedy: string
}

/** A configuration that cannot be meant: refused before anything is opened. */
export class ConfigurationError extends FreshetError {
  override readonly name = 'ConfigurationError'
  readonly code = 'CONFIGURATION'
  readonly retryable = false

  constructor(
    readonly source: string,
    readonly facts: SettingFacts,
  ) {
    super(`${source}: ${facts.setting} is ${JSON.stringify(facts.value)}, but ${facts.rule}; ${facts.remedy}`)
  }
}

/** Another process listens where this one was told to. */
export class PortInUseError extends FreshetError {
  override readonly name = 'PortInUseError'
  readonly code = 'PORT_IN_USE'
  readonly retryable = false

  constructor(
    readonly address: string,
    readonly setting: string,
  ) {
    super(`${address} is in use by another process; stop that one, or choose another address by ${setting}`)
  }
}

/** A request, or one message of a stream, above the bound. */
export class MessageTooLargeError extends FreshetError {
  override readonly name = 'MessageTooLargeError'
  readonly code = 'MESSAGE_TOO_LARGE'
  readonly retryable = false

  constructor(
    readonly bytes: number,
    readonly bytesMax: number,
  ) {
    super(`the message has ${bytes} bytes, and a message may have ${bytesMax}; send it in smaller batches`)
  }
}

/** No answer within the time that was given. */
export class DeadlineExceededError extends FreshetError {
  override readonly name = 'DeadlineExceededError'
  readonly code = 'DEADLINE_EXCEEDED'
  readonly retryable = true

  constructor(
    readonly method: string,
    readonly deadlineMs: number,
  ) {
    super(`${method} did not answer within ${deadlineMs} ms; ask again, or allow it more time`)
  }
}

/** So little is free that nothing more is accepted: the rest is for what was accepted before. */
export class DiskReserveError extends FreshetError {
  override readonly name = 'DiskReserveError'
  readonly code = 'DISK_FULL'
  readonly retryable = true

  constructor(
    readonly directory: string,
    readonly freeBytes: number,
    readonly freeBytesMin: number,
  ) {
    super(
      `${freeBytes} bytes are free at ${directory}, and ${freeBytesMin} are kept for what was accepted before; free space, or lower diskFreeBytesMin, then send this again`,
    )
  }
}

/** What travels of an error: enough to decide, nothing of the inside. */
export interface ErrorDetails {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly field?: string
  readonly value?: string
  readonly rule?: string
  readonly remedy?: string
}

/** An error of another process, with the code that it had there. */
export class RemoteError extends FreshetError {
  override readonly name = 'RemoteError'
  readonly code: ErrorCode
  readonly retryable: boolean

  constructor(
    readonly method: string,
    readonly details: ErrorDetails,
  ) {
    super(details.message)
    this.code = details.code
    this.retryable = details.retryable
  }
}
