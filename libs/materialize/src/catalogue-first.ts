import { type EventLog, TOPICS } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import type { PartitionFolder } from './partition-folder'
import { RESTORING_KEY } from './restore-partition'

/** What is looked at before the first event. */
export interface CatalogueScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly clock: Clock
  readonly signal: AbortSignal
}

const LOOK_MS = 20
const PATIENCE_MS = 30_000 // longer than a group takes to miss a member: then somebody else folds its partitions

/**
 * Folds a partition's catalogue as far as it reaches now, and waits until the other partitions have got as far with theirs: an event keeps for good what it
 * met of its item, whichever partition that is of. Without this, users of a store made anew would lack the tastes of their first events, if only because one
 * partition was a batch ahead of another.
 *
 * Nobody waits before the own catalogue is folded, nor when it is lost meanwhile, so owners never wait for each other in a circle; and nobody waits longer
 * than half a minute for partitions that do not move, for nobody may be there to fold them.
 *
 * throws  StalePositionError where the store no longer stands where the fold does
 */
export async function catalogueFirst(
  folder: PartitionFolder,
  partition: number,
  { log, store, clock, signal }: CatalogueScope,
): Promise<void> {
  const partitions = [...Array(log.partitions(TOPICS.catalog)).keys()]
  const ends = await Promise.all(partitions.map((each) => log.next({ topic: TOPICS.catalog, partition: each })))
  while (!signal.aborted && folder.positions.catalog < ends[partition]) if ((await folder.step(['catalog'])) === 0) break
  const others = partitions.filter((each) => each !== partition && ends[each] > 0)
  for (let seen = '', sinceMs = 0; !signal.aborted;) {
    await folder.verify()
    const lacking = await Promise.all(others.map((each) => lackOf(store, each, ends[each])))
    if (lacking.every((lack) => lack === undefined)) return
    if (lacking.join() !== seen) [seen, sinceMs] = [lacking.join(), clock.monotonicMs()]
    if (clock.monotonicMs() - sinceMs >= PATIENCE_MS) return
    await clock.sleep(LOOK_MS, signal)
  }
}

/** Where a partition is on its way to a catalogue that ends at `end`, in words that change as it moves; undefined where it is there. */
async function lackOf(store: OnlineStore, partition: number, end: number): Promise<string | undefined> {
  const { catalog, lineage } = await store.positions(partition)
  if (catalog < end) return `at ${catalog}`
  const [mark] = await store.read(partition, [RESTORING_KEY]) // a restoration stands at its end from its first commit on
  return mark && `restoring ${lineage}`
}
