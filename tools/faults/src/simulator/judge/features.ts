import { type Affinity, CatalogRecord, FoldState, ItemState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { actorOf, foldCatalogItem, foldItem, itemKey, userKey } from '@freshet/features'
import { spellChecksum, checksum64, CHECKSUM_START } from '@freshet/kernel'
import type { House } from '../house'
import { dictionary } from '../dictionaries'
import { PARTITIONS } from '../shop'
import type { Read } from './read-logs'
import type { Undisturbed } from './undisturbed'

/** The online features are those of a twin that read the same logs without a fault; nothing waits any more, and counts agree. */
export function judgeFeatures(house: House, logs: readonly Read[], twins: readonly Undisturbed[]): void {
  for (const [partition, twin] of twins.entries()) {
    const scope = { house, partition, logs: logs[partition] }
    judgeUsers(scope, twin)
    judgeItems(scope)
    judgeRest(scope)
  }
}

interface PartitionScope {
  readonly house: House
  readonly partition: number
  readonly logs: Read
}

function judgeUsers({ house, partition, logs }: PartitionScope, twin: Undisturbed): void {
  const moved = logs.moved.map(({ userId }) => userId)
  const deleted = deletedUsers(house, partition)
  for (const userId of new Set([...logs.events.map(actorOf), ...moved])) {
    const stored = house.store.drawers[partition].values.get(userKey(userId))
    const early = deleted.has(userId) ? withoutGlances : (state: UserState | undefined) => state
    const pair = { stored: userBytes(early(stored && UserState.decode(stored))), expected: userBytes(early(twin.user(userId))) }
    compare(house, `user ${userId}`, pair)
  }
}

/** Who was taken out of the catalogue. */
function deletedUsers(house: House, partition: number): ReadonlySet<string> {
  const records = house.all(TOPICS.catalog, partition).map(({ value }) => CatalogRecord.decode(value).record)
  return new Set(records.flatMap((record) => (record?.$case === 'deletedUserId' ? [record.deletedUserId] : [])))
}

/** Who was only shown something is unknown once the catalogue has let go of them: when they were seen first depends on which came first. */
const withoutGlances = (state: UserState | undefined): UserState | undefined =>
  state === undefined || state.events === 0 ? undefined : { ...state, firstSeenMs: 0 }

/** All but what depends on who was faster: what is measured at item states, which events meet in any order, and tastes for what the catalogue says late. */
export function userBytes(state: UserState | undefined): Uint8Array | undefined {
  if (state === undefined) return undefined
  const early = Object.entries(state.categories).filter(([key]) => !key.startsWith('style'))
  const categories = early.sort().map(([key, affinity]): [string, Affinity] => [key, { ...affinity, residualSum: 0 }])
  return UserState.encode({ ...state, residualSum: 0, categories: Object.fromEntries(categories) }).finish()
}

function judgeItems({ house, partition, logs }: PartitionScope): void {
  const items = new Map<string, ItemState>()
  for (const { value } of house.all(TOPICS.catalog, partition)) {
    const { record, timeMs } = CatalogRecord.decode(value)
    if (record?.$case === 'item') items.set(record.item.itemId, foldCatalogItem(items.get(record.item.itemId), record.item, timeMs))
  }
  const next = new Array<number>(PARTITIONS).fill(0)
  for (const touch of logs.touches) {
    if (touch.sequence < next[touch.sourcePartition]) continue
    next[touch.sourcePartition] = touch.sequence + 1
    items.set(touch.itemId, foldItem(dictionary, items.get(touch.itemId), touch))
  }
  for (const [itemId, state] of items) {
    const stored = house.store.drawers[partition].values.get(itemKey(itemId))
    const ofAll = house.hasChanges && stored ? withoutLaterWindows(stored) : stored
    compare(house, `item ${itemId}`, { stored: ofAll, expected: ItemState.encode(state).finish() })
  }
}

/** Touches meet the dictionary in any order: what windows of later ones counted depends on which came first. */
function withoutLaterWindows(bytes: Uint8Array): Uint8Array {
  const state = ItemState.decode(bytes)
  const windows = Object.fromEntries(Object.entries(state.windows).filter(([name]) => FIRST_WINDOWS.has(name)))
  return ItemState.encode({ ...state, windows }).finish()
}

const FIRST_WINDOWS = new Set([...dictionary.compiled.itemWindows.values()].flat().map(({ name }) => name))

/** Every list and every click has come to its end, and the fold has counted each event as new or as known. */
function judgeRest({ house, partition, logs }: PartitionScope): void {
  const { values } = house.store.drawers[partition]
  for (const key of values.keys()) if (/^[wc]:/.test(key)) house.violate(`${key} still waits in partition ${partition}`)
  const stored = values.get('m:fold')
  const { folded, duplicates, late } = FoldState.decode(stored ?? new Uint8Array(0))
  house.tally.duplicates += duplicates
  house.tally.late_events += late
  const events = logs.records.filter(({ record }) => record?.$case === 'event').length
  const distinct = logs.events.length
  if (folded !== distinct || duplicates !== events - distinct) {
    house.violate(
      `partition ${partition} has folded ${folded} of ${distinct} events and dropped ${duplicates} of ${events - distinct} copies`,
    )
  }
}

interface Pair {
  readonly stored: Uint8Array | undefined
  readonly expected: Uint8Array | undefined
}

function compare(house: House, what: string, { stored, expected }: Pair): void {
  if (stored === undefined && expected === undefined) return // a stranger now
  if (stored !== undefined && expected !== undefined && Buffer.compare(stored, expected) === 0) return
  house.violate(`the features of ${what} are ${digest(stored)}, and the twin's ${digest(expected)}`)
}

const digest = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? 'missing' : spellChecksum(checksum64(CHECKSUM_START, bytes))
