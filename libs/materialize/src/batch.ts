import type { CatalogRecord, EventRecord, Tick, Touch } from '@freshet/contracts'
import { actorOf } from '@freshet/features'
import type { PositionVector } from '@freshet/online-store'
import type { PartitionFold } from './partition-fold'

/** What one step folds. */
export interface Batch {
  readonly events: readonly { readonly offset: number; readonly record: EventRecord; readonly candidates: readonly string[] }[]
  readonly touches: readonly Touch[]
  readonly catalog: readonly CatalogRecord[]
  readonly next: PositionVector
  readonly unreadable: number
}

/** The ids of all that folding a batch will ask for. */
export interface Needs {
  readonly users: string[]
  readonly items: string[]
  /** Request ids of waiting lists. */
  readonly lists: string[]
}

/** What a batch needs: the subjects of its records, what may be drawn beside them, and the lists whose windows its ticks may close. */
export function needsOf({ events, touches, catalog }: Batch, fold: PartitionFold): Needs {
  const needs: Needs = { users: [], items: touches.map(({ itemId }) => itemId), lists: [] }
  for (const { record } of catalog) ofCatalog(record, needs)
  for (const { record, candidates } of events) {
    needs.items.push(...candidates)
    if (record.record?.$case === 'tick') needs.lists.push(...fold.joins.impressions.due(latestEnd(record.record.tick, fold)))
    if (record.record?.$case !== 'event') continue
    const { event } = record.record
    needs.users.push(actorOf(event))
    if (event.requestId !== '') needs.lists.push(event.requestId)
    if (event.itemId !== '') needs.items.push(event.itemId)
    for (const { itemId } of event.impression?.items ?? []) needs.items.push(itemId)
  }
  return needs
}

function ofCatalog(record: CatalogRecord['record'], needs: Needs): void {
  if (record?.$case === 'item') needs.items.push(record.item.itemId)
  if (record?.$case === 'deletedItemId') needs.items.push(record.deletedItemId)
  if (record?.$case === 'user') needs.users.push(record.user.userId)
}

/** A tick ends windows up to its time; one that closes a clock or brings another ends all. */
const latestEnd = ({ timeMs, replay, closesReplay }: Tick, { state }: PartitionFold): number =>
  closesReplay || replay !== state.replay ? Infinity : timeMs
