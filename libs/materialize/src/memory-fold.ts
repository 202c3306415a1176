import type { CatalogRecord, EventRecord, ExampleGroup, ItemState, MovedHistory, Touch, UserState } from '@freshet/contracts'
import { type Dictionary, actorOf, foldItem } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import { candidatesFor } from './candidates'
import { KnownItems } from './known-items'
import { memoryStates } from './memory-states'
import { movedRecord } from './effects'
import { PartitionFold } from './partition-fold'

/** A whole house in one process's memory, for evaluation: events in one global order, each effective at once. */
export interface MemoryFold {
  /** Folds an event or tick (which goes to all partitions) and returns the groups that it completes. */
  event(record: EventRecord): readonly ExampleGroup[]
  catalog(record: CatalogRecord): void
  user(userId: string): UserState | undefined
  item(itemId: string): ItemState | undefined
  /** The items known at this moment. */
  readonly known: KnownItems
}

/** What a fold in memory is made of. */
export interface MemoryFoldOptions {
  readonly dictionary: Dictionary
  readonly partitions?: number
  readonly seed?: number
  /** The one partition that is folded, from its own records: what it sends elsewhere comes back as records of the log. Unless told otherwise, all of them at once. */
  readonly only?: number
  /** Told of each touch that an event sends to an item, as it would stand in the log. */
  readonly onTouch?: (touch: Touch) => void
  /** Told of each part of a history that a link sends to a user, likewise. */
  readonly onMoved?: (moved: MovedHistory) => void
}

/** Opens an empty fold in memory. Touches reach their items at once, so there is nothing to be late. */
export function openMemoryFold(options: MemoryFoldOptions): MemoryFold {
  const { dictionary, partitions = 8, seed = dictionary.declared.model.seed, only, onTouch, onMoved } = options
  const known = new KnownItems()
  const states = memoryStates(known)
  const all = only === undefined ? Array.from({ length: partitions }, (_, partition) => partition) : [only]
  const folds = all.map((partition) => new PartitionFold({ dictionary, partition, partitions, states }))
  const offsets = folds.map(() => 0)

  const foldIn = (partition: number, record: EventRecord): readonly ExampleGroup[] => {
    const place = only === undefined ? partition : 0
    const offset = offsets[place]++
    const fold = folds[place]
    const candidates = candidatesFor(record, { dictionary: fold.dictionary, known, seed, partition, offset })
    fold.event(record, { offset, candidates })
    for (const touch of fold.effects.takeTouches()) {
      onTouch?.(touch)
      states.saveItem(touch.itemId, foldItem(fold.dictionary, states.item(touch.itemId), touch))
    }
    const groups = fold.effects.takeGroups().map(({ group }) => group)
    const histories = fold.effects.takeHistories()
    for (const { moved } of histories) onMoved?.(moved)
    if (only !== undefined) return groups
    return groups.concat(histories.flatMap(({ partition: to, moved }) => foldIn(to, movedRecord(moved))))
  }

  return {
    known,
    user: states.user,
    item: states.item,
    catalog: (record) => folds[0].catalog(record),
    event(record) {
      if (only !== undefined) return foldIn(only, record)
      const actor = actorIn(record)
      if (actor !== undefined) return foldIn(partitionOf(actor, partitions), record)
      return folds.flatMap((_, partition) => foldIn(partition, record))
    },
  }
}

/** Whose partition a record goes to; undefined for one that goes to all. */
function actorIn({ record }: EventRecord): string | undefined {
  if (record?.$case === 'event') return actorOf(record.event)
  if (record?.$case === 'forget') return actorOf(record.forget)
  return record?.$case === 'link' ? actorOf({ userId: '', sessionId: record.link.sessionId }) : undefined
}
