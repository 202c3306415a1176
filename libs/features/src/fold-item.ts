import { type Item, ItemState, type Touch } from '@freshet/contracts'
import type { Dictionary } from './dictionary'
import { countInWindow } from './window'

/** Folds what an event did to an item into its state, which is changed in place and returned. A first touch makes an item known. */
export function foldItem({ compiled }: Dictionary, state: ItemState | undefined, touch: Touch): ItemState {
  const item = state ?? ItemState.create({ known: true, createdMs: touch.timeMs })
  for (const shape of compiled.itemWindows.get(touch.type) ?? []) countInWindow(item.windows, shape, { timeMs: touch.timeMs, times: 1 })
  if (touch.impressed) return item
  item.events += 1
  item.lastTouchedMs = Math.max(item.lastTouchedMs, touch.timeMs)
  if (touch.residual === undefined || touch.value === undefined) return item
  item.valueSum += touch.value
  item.valueCount += 1
  item.residualSum += touch.residual
  return item
}

/** Replaces what the catalogue said of an item; what happened to it stays. */
export function foldCatalogItem(state: ItemState | undefined, item: Item, timeMs: number): ItemState {
  const { attributes, unavailable } = item
  const before = state ?? ItemState.create({})
  return Object.assign(before, { attributes, unavailable, known: true, createdMs: item.createdMs || before.createdMs || timeMs })
}

/** Takes an item out of the catalogue: later touches do not bring it back. */
export const foldDeletedItem = (state: ItemState | undefined): ItemState =>
  Object.assign(state ?? ItemState.create({}), { attributes: {}, known: false })
