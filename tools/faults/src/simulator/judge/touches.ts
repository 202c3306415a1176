import { type Event, type FoldState, ItemState } from '@freshet/contracts'
import { itemKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import type { House } from '../house'
import { PARTITIONS } from '../shop'
import { foldStateOf } from './fold-states'
import type { Read } from './read-logs'

/** Each event has met its item once: counted by hand, over the states and over the numbers that sources give their touches. */
export function judgeTouches(house: House, logs: readonly Read[]): void {
  const deeds = new Map<string, number>()
  for (const { events } of logs) for (const { itemId } of events.filter(isDeed)) deeds.set(itemId, (deeds.get(itemId) ?? 0) + 1)
  for (const [itemId, count] of deeds) {
    const value = house.store.drawers[partitionOf(itemId, PARTITIONS)].values.get(itemKey(itemId))
    const counted = value === undefined ? 0 : ItemState.decode(value).events
    if (counted !== count) house.violate(`item ${itemId} counts ${counted} events, and there were ${count}`)
  }
  const states = logs.map((_, partition) => foldStateOf(house, partition))
  for (const [partition, { touches }] of logs.entries()) judgeNumbers({ house, states, partition, touches })
}

const isDeed = ({ itemId }: Event): boolean => itemId !== ''

interface Numbers {
  readonly house: House
  readonly states: readonly (FoldState | undefined)[]
  readonly partition: number
  readonly touches: Read['touches']
}

function judgeNumbers({ house, states, partition, touches }: Numbers): void {
  for (let target = 0; target < PARTITIONS; target++) {
    const received = states[target]?.touchesReceived[partition] ?? 0
    const sent = states[partition]?.touchesSent[target] ?? 0
    if (sent !== received) house.violate(`partition ${partition} sent ${sent} touches to ${target}, which received ${received}`)
  }
  const next = new Array<number>(PARTITIONS).fill(0)
  for (const { sourcePartition, sequence } of touches) {
    if (sequence > next[sourcePartition])
      house.violate(`touch ${next[sourcePartition]} of ${sourcePartition} to ${partition} is missing before ${sequence}`)
    next[sourcePartition] = Math.max(next[sourcePartition], sequence + 1)
  }
}
