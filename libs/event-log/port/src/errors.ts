import { FreshetError } from '@freshet/kernel'
import type { Partition } from './event-log'

/** Somebody else has appended since the caller looked. */
export class OffsetConflictError extends FreshetError {
  override readonly name = 'OffsetConflictError'
  readonly code = 'OFFSET_CONFLICT'
  readonly retryable = false

  constructor(
    readonly at: Partition,
    readonly expected: number,
    readonly next: number,
  ) {
    super(`expected ${spell(at)} to end at ${expected}, but it ends at ${next}; read from ${expected}, then decide again`)
  }
}

/** A reader asked for what is retired or not written yet. */
export class OffsetOutOfRangeError extends FreshetError {
  override readonly name = 'OffsetOutOfRangeError'
  readonly code = 'OFFSET_OUT_OF_RANGE'
  readonly retryable = false

  constructor(
    readonly at: Partition,
    readonly offset: number,
    readonly first: number,
    readonly next: number,
  ) {
    super(`offset ${offset} is outside ${spell(at)}, which holds ${first} to ${next - 1}; resume from ${first} to ${next}`)
  }
}

/** A record that no broker would take. */
export class RecordTooLargeError extends FreshetError {
  override readonly name = 'RecordTooLargeError'
  readonly code = 'MESSAGE_TOO_LARGE'
  readonly retryable = false

  constructor(
    readonly key: string,
    readonly bytes: number,
    readonly bytesMax: number,
  ) {
    super(`the value of '${key}' has ${bytes} bytes, and a record may have ${bytesMax}; split it, or store it and append its address`)
  }
}

/** No room is left for what was to be appended. */
export class DiskFullError extends FreshetError {
  override readonly name = 'DiskFullError'
  readonly code = 'DISK_FULL'
  readonly retryable = true

  constructor(readonly where: string) {
    super(`no space is left at ${where}, and nothing of the request was taken; free space, then send it again`)
  }
}

const spell = ({ topic, partition }: Partition): string => `${topic}/${partition}`
