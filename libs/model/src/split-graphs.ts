import type { FeatureLayout } from '@freshet/features'
import { input, sigmoid, type Dimension, type GraphSpec } from '@freshet/tensor'
import { ParameterNodes, type Parameter } from './parameters'
import type { RankModel } from './rank-model'
import type { RankPart } from './rank-split'
import type { ExampleLayout, RowLayout } from './row-layout'

/** What the split graphs are made of. */
export interface SplitScope {
  readonly layout: FeatureLayout
  readonly example: ExampleLayout
  readonly row: RowLayout
  readonly rank: RankModel
  readonly parameters: readonly Parameter[]
  readonly parameterCount: number
}

/** The rank graph in two: what is an item's alone, and all the rest. */
export const declareSplitGraphs = (scope: SplitScope): Record<'rankItem' | 'rankParts', GraphSpec> => ({
  rankItem: rankItemGraph(scope),
  rankParts: rankPartsGraph(scope),
})

/** shape  dense [P], rows [B, item fields, rankWidth], numbers [B, item numbers]  →  part [B, partWidth] */
function rankItemGraph(scope: SplitScope): GraphSpec {
  const { dense, parameters } = denseOf(scope)
  const item = partInputs(scope, 'item', { batch: BATCH, names: ['rows', 'numbers'] })
  const part = scope.rank.split.itemPart(item, parameters)
  return { name: 'rank-item', inputs: [dense, item.rows, item.numbers], outputs: { part } }
}

/**
 * shape   dense [P], userRows [1, user fields, rankWidth], userNumbers [1, user numbers],
 *         crossRows [B, cross fields, rankWidth], crossNumbers [B, cross numbers], itemParts [B, partWidth]
 *         →  probabilities [B, 1]
 */
function rankPartsGraph(scope: SplitScope): GraphSpec {
  const { dense, parameters } = denseOf(scope)
  const user = partInputs(scope, 'user', { batch: 1, names: ['userRows', 'userNumbers'] })
  const cross = partInputs(scope, 'cross', { batch: BATCH, names: ['crossRows', 'crossNumbers'] })
  const { split } = scope.rank
  const itemParts = input('itemParts', [BATCH, split.partWidth])
  const hasCross = scope.layout.cross.ids + scope.layout.cross.numbers > 0
  const logits = split.logits({ user, item: itemParts, cross: hasCross ? cross : undefined }, parameters)
  return {
    name: 'rank-parts',
    inputs: [dense, user.rows, user.numbers, cross.rows, cross.numbers, itemParts],
    outputs: { probabilities: sigmoid(logits) },
  }
}

const BATCH = 'B'

function denseOf({ parameterCount, parameters }: SplitScope) {
  const dense = input('dense', [parameterCount])
  return { dense, parameters: new ParameterNodes(dense, parameters) }
}

interface PartNames {
  readonly batch: Dimension
  readonly names: readonly [rows: string, numbers: string]
}

function partInputs({ layout, example, row }: SplitScope, part: 'user' | 'item' | 'cross', { batch, names }: PartNames): RankPart {
  const rows = input(names[0], [batch, layout[part].fields.length, row.rankWidth])
  return { range: example[part], rows, numbers: input(names[1], [batch, layout[part].numbers]) }
}
