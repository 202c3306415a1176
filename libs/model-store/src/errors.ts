import { CorruptError, FreshetError } from '@freshet/kernel'

/** A version of this name is there already, and whole. */
export class VersionExistsError extends FreshetError {
  override readonly name = 'VersionExistsError'
  readonly code = 'ALREADY_EXISTS'
  readonly retryable = false

  constructor(readonly version: string) {
    super(`version '${version}' exists already, and versions never change; open it, or write under another name`)
  }
}

/** No room was left for a version; nothing of it is visible. */
export class StorageFullError extends FreshetError {
  override readonly name = 'StorageFullError'
  readonly code = 'DISK_FULL'
  readonly retryable = true

  constructor(
    readonly version: string,
    readonly directory: string,
  ) {
    super(`no space is left in ${directory} for version '${version}', and nothing of it was kept; free space or keep fewer versions`)
  }
}

/** A file of a version that is not what was written. */
export const damaged = (version: string, file: string, reason: string): CorruptError =>
  new CorruptError(`${version}/${file}`, reason, 'remove the version; an older one and the journal give the same state')
