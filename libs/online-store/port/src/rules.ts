import { InvalidFieldError } from '@freshet/kernel'
import type { PositionVector } from './online-store'

/** Where a partition stands that was never written. */
export const START: PositionVector = { events: 0, touches: 0, catalog: 0 }

/** True where two vectors stand at the same place. */
export const samePositions = (a: PositionVector, b: PositionVector): boolean =>
  a.events === b.events && a.touches === b.touches && a.catalog === b.catalog

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
