import type { FormerDictionary } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'
import type { States } from './states'

/** Which partition of what. */
export interface FoldScope {
  /** Until a record brings another. */
  dictionary: Dictionary
  /** Those that held before it: see FoldState. */
  readonly former?: readonly FormerDictionary[]
  readonly partition: number
  readonly partitions: number
  readonly states: States
}
