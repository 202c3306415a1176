import type { Node } from '@freshet/tensor'
import type { ParameterNodes } from './parameters'
import type { PartRange } from './row-layout'

/** One part of an example: where it stands in the whole, and what is read of it. */
export interface RankPart {
  readonly range: PartRange
  /** shape [batch, fields, dimensions + 1]: by field, the mean over filled slots of [rank embedding, own weight] */
  readonly rows: Node
  /** shape [batch, numbers] */
  readonly numbers: Node
}

/** A rank model in two: what an item says alone, and all the rest. */
export interface RankSplit {
  /** `parts`: what an item adds to the first layer is kept. `whole`: the means of an item's rows are, and every layer runs for every candidate. */
  readonly serving: 'parts' | 'whole'
  /** Floats that are kept of an item. */
  readonly partWidth: number
  /** shape  →  [batch, partWidth] */
  itemPart(item: RankPart, parameters: ParameterNodes): Node
  /** shape  user [1, ..], item [batch, partWidth], cross [batch, ..]; `undefined` where user and item have nothing in common  →  [batch, 1] */
  logits(parts: { readonly user: RankPart; readonly item: Node; readonly cross?: RankPart }, parameters: ParameterNodes): Node
}
