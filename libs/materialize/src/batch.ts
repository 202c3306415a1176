import type { CatalogRecord, Event, EventRecord, FoldedLog, FoldState, Tick, Touch } from '@freshet/contracts'
import type { LogRecord } from '@freshet/event-log'
import { actorOf } from '@freshet/features'
import type { PositionVector } from '@freshet/online-store'
import type { PartitionFold } from './partition-fold'
import { ITEMS_A_TICK } from './waiting-impressions'

/** What one step folds. */
export interface Batch {
  readonly events: readonly { readonly offset: number; readonly record: EventRecord; readonly candidates: readonly string[] }[]
  readonly touches: readonly Touch[]
  readonly catalog: readonly CatalogRecord[]
  readonly next: PositionVector
  /** The last record of each topic, this batch's or an earlier one's. */
  readonly folded: FoldedLog
  readonly unreadable: number
}

/** The ids of all that folding a batch will ask for. */
export interface Needs {
  readonly users: string[]
  readonly items: string[]
  /** Request ids of waiting lists. */
  readonly lists: string[]
  /** Users of whom also the remembered items are asked for. */
  readonly forgotten: string[]
}

/** What a batch needs: the subjects of its records, what may be drawn beside them, and the lists whose windows its ticks may close. */
export function needsOf({ events, touches, catalog }: Batch, fold: PartitionFold): Needs {
  const needs: Needs = { users: [], items: touches.map(({ itemId }) => itemId), lists: [], forgotten: [] }
  for (const { record } of catalog) ofCatalog(record, needs)
  for (const { record, candidates } of events) {
    needs.items.push(...candidates)
    ofRecord(record.record, fold, needs)
  }
  return needs
}

/** A batch up to and with the first record that brings another dictionary: what is drawn for those after it follows from that. */
export function untilDictionary(records: readonly LogRecord[]): readonly LogRecord[] {
  const change = records.findIndex(({ value }) => value[0] === DICTIONARY_TAG)
  return change < 0 ? records : records.slice(0, change + 1)
}

/**
 * How many of these records one commit takes: up to the first tick at which more ends than a tick does, or until they show as many items as that. Each item
 * goes into the commit with its features, which may be long.
 */
export function untilCrowded(records: readonly EventRecord[], { joins, state }: PartitionFold): number {
  let shown = 0
  const crowded = records.findIndex(({ record }) => {
    if (record?.$case === 'event') shown += record.event.impression?.items.length ?? 0
    return shown >= ITEMS_A_TICK || (record?.$case === 'tick' && joins.impressions.isCrowded(latestEnd(record.tick, state)))
  })
  return crowded < 0 ? records.length : crowded + 1
}

const DICTIONARY_TAG = 0x42 // EventRecord.dictionary: field 8, and fields are written in order

function ofRecord(record: EventRecord['record'], { joins, state }: PartitionFold, needs: Needs): void {
  switch (record?.$case) {
    case 'event':
      return ofEvent(record.event, needs)
    case 'tick':
      return void needs.lists.push(...joins.impressions.due(latestEnd(record.tick, state)))
    case 'forget':
      needs.users.push(actorOf(record.forget))
      return void needs.forgotten.push(actorOf(record.forget))
    case 'link': {
      const session = actorOf({ userId: '', sessionId: record.link.sessionId })
      needs.users.push(session)
      return void needs.lists.push(...joins.impressions.of(session))
    }
    case 'moved':
      return void needs.users.push(record.moved.userId)
  }
}

function ofEvent(event: Event, needs: Needs): void {
  needs.users.push(actorOf(event))
  if (event.requestId !== '') needs.lists.push(event.requestId)
  if (event.itemId !== '') needs.items.push(event.itemId)
  for (const { itemId } of event.impression?.items ?? []) needs.items.push(itemId)
}

function ofCatalog(record: CatalogRecord['record'], needs: Needs): void {
  if (record?.$case === 'item') needs.items.push(record.item.itemId)
  if (record?.$case === 'deletedItemId') needs.items.push(record.deletedItemId)
  if (record?.$case === 'user') needs.users.push(record.user.userId)
  if (record?.$case === 'deletedUserId') needs.users.push(record.deletedUserId)
}

/** A tick ends windows up to its time; one that closes a clock or brings another ends all. */
const latestEnd = ({ timeMs, replay, closesReplay }: Tick, state: FoldState): number =>
  closesReplay || replay !== state.replay ? Infinity : timeMs
