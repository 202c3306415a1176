import { type EventLog, TOPICS } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { PartitionFolder } from './partition-folder'
import type { SharedItems } from './shared-items'

/** What is looked at before the first event. */
export interface CatalogueScope {
  readonly log: EventLog
  readonly items: SharedItems
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
  { log, items, clock, signal }: CatalogueScope,
): Promise<void> {
  const partitions = [...Array(log.partitions(TOPICS.catalog)).keys()]
  const ends = await Promise.all(partitions.map((each) => endOf(each, { log, items })))
  while (!signal.aborted && folder.positions.catalog < ends[partition]) if ((await folder.step(['catalog'])) === 0) break
  const others = partitions.filter((each) => each !== partition && ends[each] > 0)
  for (let seen = '', sinceMs = 0; !signal.aborted;) {
    await folder.verify()
    const lacks = await Promise.all(others.map((each) => items.see(each, ends[each])))
    if (lacks.every((lack) => lack === undefined)) return
    if (lacks.join() !== seen) [seen, sinceMs] = [lacks.join(), clock.monotonicMs()]
    if (clock.monotonicMs() - sinceMs >= PATIENCE_MS) return lacks.forEach((lack, i) => lack && items.catalogues.excuse(others[i], lack))
    await clock.sleep(LOOK_MS, signal)
  }
}

/** Where a partition's catalogue ends now. One that was seen beyond is of a log that has been brought back from a backup since. */
async function endOf(partition: number, { log, items }: Pick<CatalogueScope, 'log' | 'items'>): Promise<number> {
  const seen = items.catalogues.furthestOf(partition)
  const end = await log.next({ topic: TOPICS.catalog, partition })
  if (seen > end) items.catalogues.forget(partition)
  return end
}
