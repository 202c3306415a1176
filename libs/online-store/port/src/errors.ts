import { FreshetError } from '@freshet/kernel'
import type { PositionVector } from './online-store'

/** Somebody else has folded further: the caller no longer owns the partition and must reload. */
export class StalePositionError extends FreshetError {
  override readonly name = 'StalePositionError'
  readonly code = 'STALE_POSITION'
  readonly retryable = false

  constructor(
    readonly partition: number,
    readonly expected: PositionVector,
    readonly stored: PositionVector,
  ) {
    super(`partition ${partition} was expected at ${spell(expected)}, but stands at ${spell(stored)}; reload it, or leave it to its owner`)
  }
}

const spell = ({ events, touches, catalog }: PositionVector): string => `events ${events}, touches ${touches}, catalog ${catalog}`
