import {
  adam,
  add,
  differentiate,
  input,
  logisticLoss,
  sampledSoftmaxLoss,
  sigmoid,
  slice,
  type GraphSpec,
  type Node,
} from '@freshet/tensor'
import { poolFields, weighSlots } from './fields'
import { ParameterNodes } from './parameters'
import { cutRows, type PartRange, type RowSegments } from './row-layout'
import { declareSplitGraphs, type SplitScope } from './split-graphs'
import { itemVector, userVector, type ItemTowerInputs, type TwoTower } from './two-tower'

/** What the graphs of a model set are made of. */
export interface GraphScope extends SplitScope {
  readonly recall: TwoTower
}

type GraphName = 'gradient' | 'update' | 'rank' | 'rankItem' | 'rankParts' | 'user' | 'item'

/** All graphs of a model set. */
export const declareGraphs = (scope: GraphScope): Record<GraphName, GraphSpec> => ({
  gradient: gradientGraph(scope),
  update: updateGraph(scope),
  rank: rankGraph(scope),
  ...declareSplitGraphs(scope),
  user: userGraph(scope),
  item: itemGraph(scope),
})

/**
 * Losses and gradients of one logical shard. Weights come divided by the totals of the cut, so that what shards give just adds up.
 *
 * shape   dense [P], rows [B, slots, rowWidth], pooling [B, slots], numbers [B, numbers], labels, rankWeights, recallWeights [B, 1],
 *         logQ, columnMask [1, B], sameItem [B, B]
 *         →  denseGradient [P], rowGradients [B, slots, rowWidth], probabilities [B, 1], rankLoss, recallLoss [1, 1]
 */
function gradientGraph(scope: GraphScope): GraphSpec {
  const { all, parameters, inputs, segments } = exampleInputs(scope)
  const [labels, rankWeights, recallWeights] = ['labels', 'rankWeights', 'recallWeights'].map((name) => input(name, [BATCH, 1]))
  const [logQ, columnMask] = ['logQ', 'columnMask'].map((name) => input(name, [1, BATCH]))
  const sameItem = input('sameItem', [BATCH, BATCH])
  const logits = rankLogits(scope, { inputs, segments, parameters })
  const rankLoss = logisticLoss(logits, { labels, weights: rankWeights })
  const { user, item } = scope.example
  const recallLoss = sampledSoftmaxLoss({
    queries: userVector(scope.recall, partOf(inputs, segments, user), parameters),
    candidates: itemVector(scope.recall, partOf(inputs, segments, item), parameters),
    ...{ weights: recallWeights, logQ, usable: columnMask, accidental: sameItem },
  })
  const [denseGradient, rowGradients] = differentiate(add(rankLoss, recallLoss), [inputs.dense, inputs.rows])
  return {
    name: 'gradient',
    inputs: [...all, labels, rankWeights, recallWeights, logQ, columnMask, sameItem],
    outputs: { denseGradient, rowGradients, probabilities: sigmoid(logits), rankLoss, recallLoss },
  }
}

/** shape  dense, m, v, gradient [P], schedule [3] = (learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ)  →  dense, m, v [P] */
function updateGraph({ parameterCount }: GraphScope): GraphSpec {
  const [parameters, mean, square, gradient] = ['dense', 'm', 'v', 'gradient'].map((name) => input(name, [parameterCount]))
  const schedule = input('schedule', [3])
  const next = adam({ parameters, mean, square }, gradient, schedule)
  return {
    name: 'update',
    inputs: [parameters, mean, square, gradient, schedule],
    outputs: { dense: next.parameters, m: next.mean, v: next.square },
  }
}

/** shape  dense [P], rows [B, slots, rowWidth], pooling [B, slots], numbers [B, numbers]  →  probabilities [B, 1] */
function rankGraph(scope: GraphScope): GraphSpec {
  const { all, parameters, inputs, segments } = exampleInputs(scope)
  return {
    name: 'rank',
    inputs: all,
    outputs: { probabilities: sigmoid(rankLogits(scope, { inputs, segments, parameters })) },
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
function rankLogits({ rank, example }: GraphScope, { inputs, segments, parameters }: ReadExample): Node {
  const { pooling, numbers } = inputs
  return rank.ranker.logits({
    embeddings: poolFields({ values: segments.embeddings, pooling }, example),
    weights: weighSlots({ values: segments.wideWeights, pooling }, example),
    numbers: example.numbers > 0 ? numbers : undefined,
    parameters,
    drop: (x) => x,
  })
}

const BATCH = 'B'

interface ExampleInputs {
  readonly dense: Node
  readonly rows: Node
  readonly pooling: Node
  readonly numbers: Node
}

interface ReadExample {
  readonly inputs: ExampleInputs
  readonly segments: RowSegments
  readonly parameters: ParameterNodes
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

/** A part of whole examples, as its tower reads it. */
function partOf({ pooling, numbers }: ExampleInputs, { recallEmbeddings, recallBiases }: RowSegments, part: PartRange): ItemTowerInputs {
  return {
    embeddings: slice(recallEmbeddings, 1, part.slots),
    biases: slice(recallBiases, 1, part.slots),
    pooling: slice(pooling, 1, part.slots),
    numbers: slice(numbers, 1, part.numbers),
  }
}
