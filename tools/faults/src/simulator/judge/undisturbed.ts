import { EventRecord, type ExampleGroup, type UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { openMemoryFold } from '@freshet/materialize'
import type { House } from '../house'
import { dictionary, PARTITIONS } from '../shop'

/** What a fold makes of a partition's events that nobody disturbs and that knows of nothing else. */
export interface Undisturbed {
  readonly groups: readonly ExampleGroup[]
  user(userId: string): UserState | undefined
}

/** Folds a partition's events in one go. */
export function undisturbed(house: House, partition: number): Undisturbed {
  const fold = openMemoryFold({ dictionary, partitions: PARTITIONS })
  const groups = house.all(TOPICS.events, partition).flatMap(({ value }) => fold.event(EventRecord.decode(value)))
  return { groups, user: (userId) => fold.user(userId) }
}
