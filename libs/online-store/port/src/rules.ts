import { CHECKSUM_START, checksum64, InvalidFieldError, spellChecksum } from '@freshet/kernel'
import { StalePositionError } from './errors'
import type { PositionVector, Standing } from './online-store'

/** Where a partition stands that was never written. */
export const START: PositionVector = { events: 0, touches: 0, catalog: 0 }

/** A standing without its lineage. */
export const vectorOf = ({ events, touches, catalog }: Standing): PositionVector => ({ events, touches, catalog })

/** True where two vectors stand at the same place. */
export const samePositions = (a: PositionVector, b: PositionVector): boolean =>
  a.events === b.events && a.touches === b.touches && a.catalog === b.catalog

/** True where two standings are the same: place and lineage. */
export const sameStanding = (a: Standing, b: Standing): boolean => samePositions(a, b) && (a.lineage ?? '') === (b.lineage ?? '')

/** Refuses to go on where a partition stands elsewhere than at `of`. */
export function assertStands(partition: number, of: Standing | undefined, stored: Standing): void {
  if (of !== undefined && !sameStanding(of, stored)) throw new StalePositionError(partition, of, stored)
}

/**
 * The lineage of a commit: a running checksum of all commits that led there, by where each began and who made it.
 *
 * `by` has to tell apart whoever may commit from the same standing, one reader's second try from its first included: two commits of one
 * lineage are taken for the same.
 */
export function lineageAfter({ events, touches, catalog, lineage = '' }: Standing, by: string): string {
  return spellChecksum(checksum64(CHECKSUM_START, Buffer.from(`${lineage} ${events} ${touches} ${catalog} ${by}`)))
}

const KEY_BYTES_MAX = 1024 // what the narrowest engine can index

/** Refuses a key that some engine could not index. */
export function assertKey(key: string): void {
  const bytes = Buffer.byteLength(key)
  if (bytes > 0 && bytes <= KEY_BYTES_MAX) return
  const rule = `a key has 1 to ${KEY_BYTES_MAX} bytes`
  throw new InvalidFieldError({ field: 'key', value: key, rule, remedy: 'use userKey(id) or itemKey(id) of an id that ingest accepts' })
}

/** Refuses a partition that the store does not have. */
export function assertStorePartition(partition: number, count: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return
  const rule = `the store has partitions 0 to ${count - 1}`
  throw new InvalidFieldError({ field: 'partition', value: partition, rule, remedy: 'use partitionOf(key, partitions)' })
}
