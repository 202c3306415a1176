import type { FeatureLayout } from '@freshet/features'
import { input, sigmoid, type Dimension, type GraphSpec, type Node } from '@freshet/tensor'
import { ParameterNodes, type Parameter } from './parameters'
import { cutRankRows, type ExampleLayout, type RowLayout } from './row-layout'
import { firstLayerPart, logitsOfParts, partWidth, type RankPart } from './split-first-layer'
import type { WideAndDeep } from './wide-and-deep'

/** What the split graphs are made of. */
export interface SplitScope {
  readonly layout: FeatureLayout
  readonly example: ExampleLayout
  readonly row: RowLayout
  readonly rank: WideAndDeep
  readonly parameters: readonly Parameter[]
  readonly parameterCount: number
}

/** The rank graph in two: what is an item's alone, and all the rest. */
export const declareSplitGraphs = (scope: SplitScope): Record<'rankItem' | 'rankParts', GraphSpec> => ({
  rankItem: rankItemGraph(scope),
  rankParts: rankPartsGraph(scope),
})

/** shape  dense [P], rows [B, item ids, rankWidth], pooling [B, item ids], numbers [B, item numbers]  →  part [B, partWidth] */
function rankItemGraph(scope: SplitScope): GraphSpec {
  const { dense, parameters } = denseOf(scope)
  const item = partInputs(scope, 'item', { batch: BATCH, names: ['rows', 'pooling', 'numbers'] })
  const part = firstLayerPart(scope.rank, item, parameters)
  return { name: 'rank-item', inputs: [dense, ...item.all], outputs: { part } }
}

/**
 * shape   dense [P], userRows [1, user ids, rankWidth], userPooling [1, user ids], userNumbers [1, user numbers],
 *         crossRows [B, cross ids, rankWidth], crossPooling [B, cross ids], crossNumbers [B, cross numbers], itemParts [B, partWidth]
 *         →  probabilities [B, 1]
 */
function rankPartsGraph(scope: SplitScope): GraphSpec {
  const { dense, parameters } = denseOf(scope)
  const user = partInputs(scope, 'user', { batch: 1, names: ['userRows', 'userPooling', 'userNumbers'] })
  const cross = partInputs(scope, 'cross', { batch: BATCH, names: ['crossRows', 'crossPooling', 'crossNumbers'] })
  const itemParts = input('itemParts', [BATCH, partWidth(scope.rank)])
  const hasCross = scope.layout.cross.ids + scope.layout.cross.numbers > 0
  const parts = [user, ...(hasCross ? [cross] : [])].map((part) => firstLayerPart(scope.rank, part, parameters))
  return {
    name: 'rank-parts',
    inputs: [dense, ...user.all, ...cross.all, itemParts],
    outputs: { probabilities: sigmoid(logitsOfParts(scope.rank, [itemParts, ...parts], parameters)) },
  }
}

const BATCH = 'B'

function denseOf({ parameterCount, parameters }: SplitScope) {
  const dense = input('dense', [parameterCount])
  return { dense, parameters: new ParameterNodes(dense, parameters) }
}

interface PartNames {
  readonly batch: Dimension
  readonly names: readonly [rows: string, pooling: string, numbers: string]
}

function partInputs(scope: SplitScope, part: 'user' | 'item' | 'cross', { batch, names }: PartNames): RankPart & { readonly all: Node[] } {
  const layout = scope.layout[part]
  const rows = input(names[0], [batch, layout.ids, scope.row.rankWidth])
  const pooling = input(names[1], [batch, layout.ids])
  const numbers = input(names[2], [batch, layout.numbers])
  const inputs = { ...cutRankRows(rows, scope.row), pooling, numbers }
  return { layout, range: scope.example[part], inputs, all: [rows, pooling, numbers] }
}
