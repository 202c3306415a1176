import type { ExampleGroup, MovedHistory, Touch, UserState } from '@freshet/contracts'
import { openMemoryFold } from '@freshet/materialize'
import { dictionary } from '../dictionaries'
import { catalogue, PARTITIONS } from '../shop'
import type { Read } from './read-logs'

/** What a fold makes of a partition's events that nobody disturbs and that knows of nothing else. */
export interface Undisturbed {
  /** Without any catalogue: whether and how many there are depends on events alone. */
  readonly groups: readonly ExampleGroup[]
  /** What it sends to items, and of sessions' histories to users. */
  readonly touches: readonly Touch[]
  readonly moved: readonly MovedHistory[]
  /** With what the catalogue said from the beginning. */
  user(userId: string): UserState | undefined
}

/** Folds a partition's events in one go, as if there were no other partition: what others send it stands among them. */
export function undisturbed({ records }: Read, partition: number): Undisturbed {
  const [touches, moved]: [Touch[], MovedHistory[]] = [[], []]
  const scope = { dictionary, partitions: PARTITIONS, only: partition }
  const alone = openMemoryFold(scope)
  const informed = openMemoryFold({ ...scope, onTouch: (touch) => touches.push(touch), onMoved: (part) => moved.push(part) })
  for (const { record } of catalogue) informed.catalog(record)
  for (const record of records) informed.event(record)
  const groups = records.flatMap((record) => alone.event(record))
  return { groups, touches, moved, user: (userId) => informed.user(userId) }
}
