import type { ExampleGroup, UserState } from '@freshet/contracts'
import { openMemoryFold } from '@freshet/materialize'
import { catalogue, dictionary } from '../shop'
import type { Read } from './read-logs'

/** What a fold makes of a partition's events that nobody disturbs and that knows of nothing else. */
export interface Undisturbed {
  /** Without any catalogue: whether and how many there are depends on events alone. */
  readonly groups: readonly ExampleGroup[]
  /** With what the catalogue said from the beginning. */
  user(userId: string): UserState | undefined
}

/** Folds a partition's events in one go, as if there were no other partition. */
export function undisturbed({ records }: Read): Undisturbed {
  const alone = openMemoryFold({ dictionary, partitions: 1 })
  const informed = openMemoryFold({ dictionary, partitions: 1 })
  for (const { record } of catalogue) informed.catalog(record)
  for (const record of records) informed.event(record)
  return { groups: records.flatMap((record) => alone.event(record)), user: (userId) => informed.user(userId) }
}
