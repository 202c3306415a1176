import type { ExampleGroup, UserState } from '@freshet/contracts'
import { openMemoryFold } from '@freshet/materialize'
import { dictionary } from '../shop'
import type { Read } from './read-logs'

/** What a fold makes of a partition's events that nobody disturbs and that knows of nothing else. */
export interface Undisturbed {
  readonly groups: readonly ExampleGroup[]
  user(userId: string): UserState | undefined
}

/** Folds a partition's events in one go, as if there were no other partition. */
export function undisturbed({ records }: Read): Undisturbed {
  const fold = openMemoryFold({ dictionary, partitions: 1 })
  const groups = records.flatMap((record) => fold.event(record))
  return { groups, user: (userId) => fold.user(userId) }
}
