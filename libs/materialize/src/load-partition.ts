import { DictionaryChange, FoldedLog, FoldState } from '@freshet/contracts'
import { ITEM_PREFIX, compileDictionary, itemIdOf } from '@freshet/features'
import { PreconditionError, UnavailableError } from '@freshet/kernel'
import type { OnlineStore, PositionVector, Standing } from '@freshet/online-store'
import { CHUNK_PREFIX } from './event-identity'
import { CLICK_PREFIX } from './held-clicks'
import { lastGroup } from './outbox-publisher'
import { DICTIONARY_KEY, PartitionFold } from './partition-fold'
import { beyondEnd, FOLDED_KEY } from './folded-log'
import type { FolderScope } from './folder-scope'
import { PartitionStates } from './partition-states'
import { RESTORING_KEY } from './restore-partition'
import { assertNothingLost, firstsOf } from './lost-sources'
import type { SharedItems } from './shared-items'
import { SOURCES } from './sources'
import { WAITING_PREFIX } from './waiting-impressions'

/** Where the state of a partition's fold lies, beside the states of users and items. */
export const FOLD_KEY = 'm:fold'

/** A partition as its store and its log leave it. */
export interface LoadedPartition {
  readonly fold: PartitionFold
  readonly states: PartitionStates
  readonly positions: Standing
  /** The log that led there, as far as that is known. */
  readonly folded: FoldedLog
}

/**
 * Brings a partition's fold back to where the last commit left it. All that is read is of that standing, or refused: a store may be turned
 * back to it after another's commit, and the next compare would find nothing wrong.
 *
 * throws  UnavailableError where a restoration was asked for, or begun, since the caller looked for one: what stands there is to be thrown away;
 *         PreconditionError where the store is beyond the end of the log, and would pass over whatever is written there, or before its
 *         beginning, and would pass over what was trimmed
 */
export async function loadPartition(scope: FolderScope): Promise<LoadedPartition> {
  const { store, log, partition, items, usersMax } = scope
  const positions = await store.positions(partition)
  items.own(partition, positions)
  await assertWithinLog(scope, positions)
  const states = new PartitionStates({ store, partition, items, usersMax })
  const keys = [FOLD_KEY, DICTIONARY_KEY, RESTORING_KEY, FOLDED_KEY]
  const [stored, change, mark, folded] = await store.read(partition, keys, positions)
  if (mark) throw new UnavailableError(`the state of partition ${partition}`, 'it is to be made anew; restore it, then load it')
  const state = stored && FoldState.decode(stored)
  const dictionary = change ? compileDictionary(DictionaryChange.decode(change).text) : scope.dictionary
  const partitions = log.partitions('events')
  const fold = new PartitionFold({ dictionary, partition, partitions, states }, state)
  fold.effects.silentUntil = await lastGroup(log, partition)
  const of = positions
  await scanAll(store, { partition, prefix: CHUNK_PREFIX, of }, (key, value) => fold.identity.restore(key, value))
  await scanAll(store, { partition, prefix: WAITING_PREFIX, of }, (_, value) => fold.joins.impressions.restore(value))
  await scanAll(store, { partition, prefix: CLICK_PREFIX, of }, (_, value) => fold.joins.clicks.restore(value))
  await learnItems(store, partition, { items, of })
  return { fold, states, positions, folded: folded ? FoldedLog.decode(folded) : FoldedLog.create() }
}

/** A log that was brought back from a backup, beside a store that was not, ends before what that store contains; one that was trimmed too early begins after it. */
async function assertWithinLog({ log, partition }: FolderScope, positions: PositionVector): Promise<void> {
  const beyond = await beyondEnd({ log, partition }, positions)
  const topic = SOURCES.find((each) => beyond[each] > 0)
  if (topic !== undefined)
    throw new PreconditionError(
      `partition ${partition} of the store contains ${topic} up to ${positions[topic]}, and the log ends at ${positions[topic] - beyond[topic]}`,
      `make it anew from the log: npx freshet repair ${partition} --from-log`,
    )
  assertNothingLost(partition, positions, await firstsOf(log, partition))
}

/** Learns which items a partition has, whoever folds it; who folds it itself says where it stands. */
export function learnItems(store: OnlineStore, partition: number, { items, of }: { items: SharedItems; of?: Standing }): Promise<void> {
  const tenure = items.tenureOf(partition)
  return scanAll(store, { partition, prefix: ITEM_PREFIX, of }, (key, value) => items.admit(itemIdOf(key), value, tenure))
}

const PAGE = 1000

async function scanAll(
  store: OnlineStore,
  { partition, prefix, of }: { readonly partition: number; readonly prefix: string; readonly of: Standing | undefined },
  take: (key: string, value: Uint8Array) => void,
): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await store.scan(partition, { prefix, after, limit: PAGE, of })
    for (const { key, value } of page) take(key, value)
    if (page.length < PAGE) return
    after = page[page.length - 1].key
  }
}
