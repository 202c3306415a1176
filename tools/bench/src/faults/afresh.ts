import { CatalogRecord, EventRecord, ItemState, Touch, UserState } from '@freshet/contracts'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { actorOf, type Dictionary, foldCatalogItem, foldItem } from '@freshet/features'
import { openMemoryFold } from '@freshet/materialize'
import { recordsOf } from '../fleet/records'
import { type SentBalance, SentLedger } from './sent-ledger'

/** What the log of events must have led to, whoever folded it and however often. */
export interface Afresh {
  /** The identities of all groups: `partition/offset/ordinal`. */
  readonly groups: ReadonlySet<string>
  /** Of those who did something; undefined who is a stranger now: forgotten, or a session that turned out to be a user. */
  readonly users: ReadonlyMap<string, UserState | undefined>
  readonly items: ReadonlyMap<string, ItemState>
  /** What stands of touches and of moved histories, against what the events sent. */
  readonly sent: SentBalance
}

/** What a fold in memory needs. */
export interface AfreshScope {
  readonly log: EventLog
  readonly dictionary: Dictionary
}

/**
 * Folds the whole log in this process's memory, without a store: groups and users from `events`, a partition at a time, items from `catalog` and `touches`
 * in the order of the log. Since that is no proof of what the log lacks, the touches and histories that the events send are held against it. Nothing
 * of them may have been retired.
 */
export async function foldAfresh(scope: AfreshScope): Promise<Afresh> {
  const sent = new SentLedger(scope.log.partitions(TOPICS.events))
  const groups = new Set<string>()
  const users = new Map<string, UserState | undefined>()
  const items = new Map<string, ItemState>()
  const catalogue = await catalogueOf(scope)
  for (let partition = 0; partition < scope.log.partitions(TOPICS.events); partition++) {
    await foldEvents(scope, { partition, catalogue }, { groups, users, sent })
    await foldItems(scope, { partition, catalogue }, items)
  }
  return { groups, users, items, sent: await sent.hold(scope.log) }
}

interface Share {
  readonly partition: number
  readonly catalogue: readonly CatalogRecord[]
}

async function catalogueOf({ log }: AfreshScope): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for (let partition = 0; partition < log.partitions(TOPICS.catalog); partition++)
    for await (const { value } of recordsOf(log, { topic: TOPICS.catalog, partition })) records.push(CatalogRecord.decode(value))
  return records
}

async function foldEvents(
  { log, dictionary }: AfreshScope,
  { partition, catalogue }: Share,
  { groups, users, sent }: { groups: Set<string>; users: Map<string, UserState | undefined>; sent: SentLedger },
): Promise<void> {
  const partitions = log.partitions(TOPICS.events)
  const fold = openMemoryFold({
    ...{ dictionary, partitions, only: partition },
    onTouch: (touch) => sent.touch(touch),
    onMoved: (moved) => sent.moved(moved),
  })
  for (const record of catalogue) fold.catalog(record)
  const actors = new Set<string>()
  for await (const { value } of recordsOf(log, { topic: TOPICS.events, partition })) {
    const record = EventRecord.decode(value)
    for (const { sourceOffset, ordinal } of fold.event(record)) groups.add(`${partition}/${sourceOffset}/${ordinal}`)
    const actor = actorIn(record)
    if (actor !== undefined) actors.add(actor)
  }
  for (const actor of actors) users.set(actor, fold.user(actor))
}

/** Whose state a record of `events` changes, in its own partition. */
function actorIn({ record }: EventRecord): string | undefined {
  if (record?.$case === 'event') return actorOf(record.event)
  if (record?.$case === 'link') return actorOf({ userId: '', sessionId: record.link.sessionId })
  return record?.$case === 'moved' ? record.moved.userId : undefined
}

async function foldItems({ log, dictionary }: AfreshScope, { partition, catalogue }: Share, items: Map<string, ItemState>): Promise<void> {
  for (const { record, timeMs } of catalogue)
    if (record?.$case === 'item' && !items.has(record.item.itemId))
      items.set(record.item.itemId, foldCatalogItem(undefined, record.item, timeMs))
  const received = new Map<number, number>()
  for await (const { value } of recordsOf(log, { topic: TOPICS.touches, partition })) {
    const touch = Touch.decode(value)
    if (touch.sequence < (received.get(touch.sourcePartition) ?? 0)) continue
    received.set(touch.sourcePartition, touch.sequence + 1)
    items.set(touch.itemId, foldItem(dictionary, items.get(touch.itemId), touch))
  }
}
