import { DictionaryChange, FoldState } from '@freshet/contracts'
import { ITEM_PREFIX, compileDictionary, itemIdOf } from '@freshet/features'
import { type OnlineStore, type PositionVector, samePositions, StalePositionError } from '@freshet/online-store'
import { CHUNK_PREFIX } from './event-identity'
import { CLICK_PREFIX } from './held-clicks'
import { lastGroup } from './outbox-publisher'
import { DICTIONARY_KEY, PartitionFold } from './partition-fold'
import type { FolderScope } from './folder-scope'
import { PartitionStates } from './partition-states'
import type { SharedItems } from './shared-items'
import { WAITING_PREFIX } from './waiting-impressions'

/** Where the state of a partition's fold lies, beside the states of users and items. */
export const FOLD_KEY = 'm:fold'

/** A partition as its store and its log leave it. */
export interface LoadedPartition {
  readonly fold: PartitionFold
  readonly states: PartitionStates
  readonly positions: PositionVector
}

/** Brings a partition's fold back to where the last commit left it. */
export async function loadPartition(scope: FolderScope): Promise<LoadedPartition> {
  const { store, log, partition, items, usersMax } = scope
  const positions = await store.positions(partition)
  items.own(partition, true)
  const states = new PartitionStates({ store, partition, items, usersMax })
  const [stored, change] = await store.read(partition, [FOLD_KEY, DICTIONARY_KEY])
  const state = stored && FoldState.decode(stored)
  const dictionary = change ? compileDictionary(DictionaryChange.decode(change).text) : scope.dictionary
  const partitions = log.partitions('events')
  const fold = new PartitionFold({ dictionary, partition, partitions, states }, state)
  fold.effects.silentUntil = await lastGroup(log, partition)
  await scanAll(store, { partition, prefix: CHUNK_PREFIX }, (key, value) => fold.identity.restore(key, value))
  await scanAll(store, { partition, prefix: WAITING_PREFIX }, (_, value) => fold.joins.impressions.restore(value))
  await scanAll(store, { partition, prefix: CLICK_PREFIX }, (_, value) => fold.joins.clicks.restore(value))
  await learnItems(store, partition, items)
  await assertOneMoment(scope, positions, stored)
  return { fold, states, positions }
}

/**
 * What was read one after the other has to be of one moment. A commit in between makes the next compare fail, unless the store has been
 * turned back to where it stood before (a failover): then only the fold's own state tells.
 */
async function assertOneMoment(
  { store, partition }: FolderScope,
  positions: PositionVector,
  stored: Uint8Array | undefined,
): Promise<void> {
  const [now, [storedNow]] = await Promise.all([store.positions(partition), store.read(partition, [FOLD_KEY])])
  const isSame = stored === undefined || storedNow === undefined ? stored === storedNow : Buffer.compare(stored, storedNow) === 0
  if (!isSame || !samePositions(positions, now)) throw new StalePositionError(partition, positions, now)
}

/** Learns which items a partition has, whoever folds it. */
export function learnItems(store: OnlineStore, partition: number, items: SharedItems): Promise<void> {
  const tenure = items.tenureOf(partition)
  return scanAll(store, { partition, prefix: ITEM_PREFIX }, (key, value) => items.admit(itemIdOf(key), value, tenure))
}

const PAGE = 1000

async function scanAll(
  store: OnlineStore,
  { partition, prefix }: { readonly partition: number; readonly prefix: string },
  take: (key: string, value: Uint8Array) => void,
): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await store.scan(partition, { prefix, after, limit: PAGE })
    for (const { key, value } of page) take(key, value)
    if (page.length < PAGE) return
    after = page[page.length - 1].key
  }
}
