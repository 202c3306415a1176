import { encoded, EventRecord, ExampleGroup, type FoldState, type MovedHistory, Touch } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import type { Outgoing } from '@freshet/online-store'
import { isAfter } from './group-identity'
import { partsOfGroup } from './group-parts'

/** What a fold says of an item; numbers and addresses are added when it is sent. */
export type TouchFacts = Pick<Touch, 'itemId' | 'type' | 'timeMs' | 'impressed'> & Partial<Pick<Touch, 'value' | 'residual'>>

/** A group with the key that it is written under. */
export interface KeyedGroup {
  readonly key: string
  readonly group: ExampleGroup
}

/** A part of a history on its way to its user's partition. */
export interface AddressedHistory {
  readonly partition: number
  readonly moved: MovedHistory
}

/** What a fold sends elsewhere, in order: groups to `examples`, touches to the partitions of their items, histories to those of their users. */
export class Effects {
  /** Groups at or below this identity are in the log already: the first bytes win. */
  silentUntil = { sourceOffset: -1, ordinal: -1 }
  private groups: KeyedGroup[] = []
  private touches: Touch[] = []
  private histories: AddressedHistory[] = []
  private at = { sourceOffset: -1, ordinal: 0, acceptedMs: 0 }

  constructor(
    private readonly scope: { readonly partition: number; readonly partitions: number },
    private readonly state: FoldState,
  ) {
    while (state.touchesSent.length < scope.partitions) state.touchesSent.push(0)
    while (state.movedSent.length < scope.partitions) state.movedSent.push(0)
  }

  /** What follows is completed by this record. */
  begin(sourceOffset: number, acceptedMs: number): void {
    this.at = { sourceOffset, ordinal: 0, acceptedMs }
  }

  /** The record that is being folded. */
  get offset(): number {
    return this.at.sourceOffset
  }

  /** Sends a group as the next of the present record: as the next ones, where it does not fit into one. */
  group(key: string, whole: ExampleGroup): void {
    for (const group of partsOfGroup(whole)) {
      const { sourceOffset, ordinal, acceptedMs } = this.at
      this.at.ordinal++
      this.state.groups++
      if (isAfter({ sourceOffset, ordinal }, this.silentUntil))
        this.groups.push({ key, group: { ...group, sourceOffset, ordinal, acceptedMs } })
    }
  }

  /** Tells an item's partition what happened to it. */
  touch(facts: TouchFacts): void {
    const { state, scope } = this
    const target = partitionOf(facts.itemId, scope.partitions)
    const sequence = state.touchesSent[target]++
    const { itemId, type, timeMs, impressed, value, residual } = facts
    const { watermarkMs } = state
    this.touches.push({ itemId, type, timeMs, impressed, value, residual, sourcePartition: scope.partition, sequence, watermarkMs })
  }

  /** Sends a part of a session's history to its user's partition. */
  move(facts: Omit<MovedHistory, 'sourcePartition' | 'sequence'>): void {
    const { state, scope } = this
    const partition = partitionOf(facts.userId, scope.partitions)
    const sequence = state.movedSent[partition]++
    this.histories.push({ partition, moved: { ...facts, sourcePartition: scope.partition, sequence } })
  }

  /** Counts what happened beside what is sent. */
  count(counter: 'lateLabels' | 'corrections'): void {
    this.state[counter]++
  }

  /** The groups since the last call. */
  takeGroups(): readonly KeyedGroup[] {
    const { groups } = this
    this.groups = []
    return groups
  }

  /** The touches since the last call. */
  takeTouches(): readonly Touch[] {
    const { touches } = this
    this.touches = []
    return touches
  }

  /** The histories since the last call. */
  takeHistories(): readonly AddressedHistory[] {
    const { histories } = this
    this.histories = []
    return histories
  }

  /** Everything since the last call, as bytes on their way. */
  takeOutgoing(): readonly Outgoing[] {
    const { partition, partitions } = this.scope
    const examples = this.takeGroups().map(({ key, group }) => ({
      to: { topic: TOPICS.examples, partition },
      key,
      value: encoded(ExampleGroup, group),
    }))
    const touches = this.takeTouches().map((touch) => ({
      to: { topic: TOPICS.touches, partition: partitionOf(touch.itemId, partitions) },
      key: touch.itemId,
      value: encoded(Touch, touch),
    }))
    const histories = this.takeHistories().map(({ partition: to, moved }) => ({
      to: { topic: TOPICS.events, partition: to },
      key: moved.userId,
      value: encoded(EventRecord, movedRecord(moved)),
    }))
    return [...examples, ...touches, ...histories]
  }
}

/** A part of a history as a record of `events`. */
export const movedRecord = (moved: MovedHistory): EventRecord => ({
  record: { $case: 'moved', moved },
  sequence: 0,
  acceptedMs: moved.linkedMs,
})
