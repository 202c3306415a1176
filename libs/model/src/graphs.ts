import { input, sigmoid, type GraphSpec, type Node } from '@freshet/tensor'
import { poolFields, weighSlots } from './fields'
import { ParameterNodes } from './parameters'
import { cutRows, type RowSegments } from './row-layout'
import { declareSplitGraphs, type SplitScope } from './split-graphs'
import { itemVector, userVector, type TwoTower } from './two-tower'

/** What the graphs of a model set are made of. */
export interface GraphScope extends SplitScope {
  readonly recall: TwoTower
}

type GraphName = 'rank' | 'rankItem' | 'rankParts' | 'user' | 'item'

/** The graphs that serve a model set. */
export const declareGraphs = (scope: GraphScope): Record<GraphName, GraphSpec> => ({
  rank: rankGraph(scope),
  ...declareSplitGraphs(scope),
  user: userGraph(scope),
  item: itemGraph(scope),
})

/** shape  dense [P], rows [B, slots, rowWidth], pooling [B, slots], numbers [B, numbers]  →  probabilities [B, 1] */
function rankGraph(scope: GraphScope): GraphSpec {
  const { all, parameters, inputs, segments } = exampleInputs(scope)
  return {
    name: 'rank',
    inputs: all,
    outputs: { probabilities: sigmoid(rankLogits(scope, { ...inputs, ...segments, parameters })) },
  }
}

/** shape  dense [P], rows [B, user ids, rowWidth], pooling [B, user ids], numbers [B, user numbers]  →  vector [B, width] */
function userGraph(scope: GraphScope): GraphSpec {
  const part = { ids: scope.example.user.slots[1], numbers: scope.layout.user.numbers }
  const { all, parameters, inputs, segments } = exampleInputs(scope, part)
  const vector = userVector(scope.recall, { ...inputs, embeddings: segments.recallEmbeddings }, parameters)
  return { name: 'user', inputs: all, outputs: { vector } }
}

/** shape  dense [P], rows [B, item ids, rowWidth], pooling [B, item ids], numbers [B, item numbers]  →  vector [B, width] */
function itemGraph(scope: GraphScope): GraphSpec {
  const [from, to] = scope.example.item.slots
  const { all, parameters, inputs, segments } = exampleInputs(scope, { ids: to - from, numbers: scope.layout.item.numbers })
  const vector = itemVector(scope.recall, { ...inputs, embeddings: segments.recallEmbeddings, biases: segments.recallBiases }, parameters)
  return { name: 'item', inputs: all, outputs: { vector } }
}

/** The logit of "this user will like this item now". shape  →  [B, 1] */
export function rankLogits(
  { rank, example }: GraphScope,
  { embeddings, wideWeights, pooling, numbers, parameters, drop = whole }: RankReads,
): Node {
  return rank.ranker.logits({
    embeddings: poolFields({ values: embeddings, pooling }, example),
    weights: weighSlots({ values: wideWeights, pooling }, example),
    numbers: example.numbers > 0 ? numbers : undefined,
    parameters,
    drop,
  })
}

const whole = (x: Node): Node => x

const BATCH = 'B'

interface ExampleInputs {
  readonly dense: Node
  readonly rows: Node
  readonly pooling: Node
  readonly numbers: Node
}

/** What the rank model reads of whole examples. */
interface RankReads extends Pick<RowSegments, 'embeddings' | 'wideWeights'>, Pick<ExampleInputs, 'pooling' | 'numbers'> {
  readonly parameters: ParameterNodes
  /** What a hidden layer goes through in training. */
  drop?(x: Node, name: string): Node
}

/** The inputs that every scoring graph has, for whole examples or for one part of them. */
function exampleInputs(scope: GraphScope, { ids, numbers }: { ids: number; numbers: number } = scope.example) {
  const inputs: ExampleInputs = {
    dense: input('dense', [scope.parameterCount]),
    rows: input('rows', [BATCH, ids, scope.row.rowWidth]),
    pooling: input('pooling', [BATCH, ids]),
    numbers: input('numbers', [BATCH, numbers]),
  }
  return {
    inputs,
    all: [inputs.dense, inputs.rows, inputs.pooling, inputs.numbers],
    parameters: new ParameterNodes(inputs.dense, scope.parameters),
    segments: cutRows(inputs.rows, scope.row),
  }
}
