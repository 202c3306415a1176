import { FoldState } from '@freshet/contracts'
import type { House } from '../house'

/** What a partition's fold remembers of itself, as it is stored. */
export function foldStateOf(house: House, partition: number): FoldState | undefined {
  const value = house.store.drawers[partition].values.get('m:fold')
  return value && FoldState.decode(value)
}
