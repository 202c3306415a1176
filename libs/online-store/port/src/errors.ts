import { FreshetError } from '@freshet/kernel'
import type { Standing } from './online-store'

/** Somebody else has committed, or the store was turned back: what the caller knows of the partition no longer holds, and must be read again. */
export class StalePositionError extends FreshetError {
  override readonly name = 'StalePositionError'
  readonly code = 'STALE_POSITION'
  readonly retryable = false

  constructor(
    readonly partition: number,
    readonly expected: Standing,
    readonly stored: Standing,
  ) {
    super(`partition ${partition} was expected at ${spell(expected)}, but stands at ${spell(stored)}; reload it, or leave it to its owner`)
  }
}

const spell = ({ events, touches, catalog, lineage = '' }: Standing): string =>
  `events ${events}, touches ${touches}, catalog ${catalog}${lineage && ` of lineage ${lineage}`}`
