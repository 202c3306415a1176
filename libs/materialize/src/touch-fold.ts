import type { FoldState, Touch } from '@freshet/contracts'
import { foldItem } from '@freshet/features'
import type { FoldScope } from './fold-scope'

/** Folds a touch into its item, unless it was delivered before: each source numbers what it sends to a partition. */
export function foldTouch({ dictionary, states, partitions }: FoldScope, state: FoldState, touch: Touch): void {
  while (state.touchesReceived.length < partitions) state.touchesReceived.push(0)
  if (touch.sequence < state.touchesReceived[touch.sourcePartition]) return
  state.touchesReceived[touch.sourcePartition] = touch.sequence + 1
  states.saveItem(touch.itemId, foldItem(dictionary, states.item(touch.itemId), touch))
}
