import { type Event, FoldState, ItemState, Touch } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { itemKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { effectiveEvents } from './effective'

/** Each event has met its item once: counted by hand, over the states and over the numbers that sources give their touches. */
export function judgeTouches(house: House): void {
  const deeds = new Map<string, number>()
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (const { itemId } of effectiveEvents(house, partition).filter(isDeed)) deeds.set(itemId, (deeds.get(itemId) ?? 0) + 1)
  }
  for (const [itemId, count] of deeds) {
    const value = house.store.drawers[partitionOf(itemId, PARTITIONS)].values.get(itemKey(itemId))
    const counted = value === undefined ? 0 : ItemState.decode(value).events
    if (counted !== count) house.violate(`item ${itemId} counts ${counted} events, and there were ${count}`)
  }
  for (let partition = 0; partition < PARTITIONS; partition++) judgeNumbers(house, partition)
}

const isDeed = ({ itemId }: Event): boolean => itemId !== ''

function judgeNumbers(house: House, partition: number): void {
  const state = foldStateOf(house, partition)
  for (let target = 0; target < PARTITIONS; target++) {
    const received = foldStateOf(house, target)?.touchesReceived[partition] ?? 0
    const sent = state?.touchesSent[target] ?? 0
    if (sent !== received) house.violate(`partition ${partition} sent ${sent} touches to ${target}, which received ${received}`)
  }
  const next = new Array<number>(PARTITIONS).fill(0)
  for (const { value } of house.all(TOPICS.touches, partition)) {
    const { sourcePartition, sequence } = Touch.decode(value)
    if (sequence > next[sourcePartition])
      house.violate(`touch ${next[sourcePartition]} of ${sourcePartition} to ${partition} is missing before ${sequence}`)
    next[sourcePartition] = Math.max(next[sourcePartition], sequence + 1)
  }
}

function foldStateOf(house: House, partition: number): FoldState | undefined {
  const value = house.store.drawers[partition].values.get('m:fold')
  return value && FoldState.decode(value)
}
