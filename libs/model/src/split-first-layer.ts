import { add, concat, constant, expand, matmul, pad, reduceSum, reshape, scale, slice, square, type Node } from '@freshet/tensor'
import { flatten } from './models/ranker'
import { climbOn, layerOf } from './models/tower'
import { deepPart, type WideAndDeep } from './models/wide-and-deep'
import type { ParameterNodes } from './parameters'
import type { RankPart, RankSplit } from './rank-split'
import type { PartRange } from './row-layout'

/** A rank model whose first layer is a sum over the parts of an example. */
export interface SummedRanker {
  readonly model: WideAndDeep
  /** What the linear part's weights of numbers are called. */
  readonly linear: string
  /** Whether products of embeddings, as a factorisation machine has them, are added. */
  readonly hasPairs: boolean
}

/**
 * A rank model in parts: each of user, item and cross adds to the units of the first layer, to the linear logit and, where there are products of
 * embeddings, to the sum whose square they are made of. An item's part may be kept as long as it holds.
 *
 * math    a·W = Σₚ aₚ·Wₚ over the parts;  Σ_{i<j} ⟨vᵢ, vⱼ⟩ = ½ |Σₚ Sₚ|² − Σₚ ½ Σ_{i in p} |vᵢ|²,  Sₚ = Σ_{i in p} vᵢ
 */
export const splitFirstLayer = (ranker: SummedRanker): RankSplit => ({
  serving: 'parts',
  partWidth: unitsOf(ranker) + 1 + (ranker.hasPairs ? ranker.model.dimensions : 0),
  itemPart: (item, parameters) => partOf(ranker, item, parameters),
  logits: ({ user, item, cross }, parameters) => {
    const others = [user, ...(cross ? [cross] : [])].map((part) => partOf(ranker, part, parameters))
    return logitsOf(ranker, sum([item, ...others]), parameters)
  },
})

const unitsOf = ({ model }: SummedRanker): number => deepPart(model).layers[0].width

/**
 * What one part of an example adds.
 *
 * shape   RankPart with a field or a number  →  [batch, units + 1], and as many as there are dimensions where products are added
 */
function partOf(ranker: SummedRanker, part: RankPart, parameters: ParameterNodes): Node {
  const affine = firstLayerPart(ranker, part, parameters)
  if (!ranker.hasPairs) return affine
  const { dimensions } = ranker.model
  const { rows } = part
  if (rows.shape[1] === 0) return pad(affine, 1, [0, dimensions])
  const v = slice(rows, 2, [0, dimensions])
  const squares = scale(reduceSum(square(flatten(v)), [1]), -0.5)
  return concat([add(affine, pad(squares, 1, [unitsOf(ranker), 0])), flatten(reduceSum(v, [1]))], 1)
}

/**
 * What one part adds to units and linear logit.
 *
 * shape   RankPart with a field or a number  →  [batch, units + 1]
 * cost    one product of matrices for rows and one for numbers: nothing is cut apart or put together by example
 */
function firstLayerPart(ranker: SummedRanker, { range, rows, numbers }: RankPart, parameters: ParameterNodes): Node {
  const fields = range.fields[1] - range.fields[0]
  const flat = reshape(rows, [rows.shape[0], fields * (ranker.model.dimensions + 1)])
  const ofFields = fields > 0 ? [matmul(flat, fieldWeights(ranker, range, parameters))] : []
  const ofNumbers = numbers.shape[1] === 0 ? [] : [matmul(numbers, numberWeights(ranker, range, parameters))]
  return sum([...ofFields, ...ofNumbers])
}

/** The logits of the summed parts. shape  →  [batch, 1] */
function logitsOf(ranker: SummedRanker, summed: Node, parameters: ParameterNodes): Node {
  const { model, hasPairs } = ranker
  const [units, deep] = [unitsOf(ranker), deepPart(model)]
  const first = add(slice(summed, 1, [0, units]), layerOf(deep, 0, parameters).bias)
  const logits = add(climbOn(first, deep, { parameters }), slice(summed, 1, [units, units + 1]))
  if (!hasPairs) return logits
  const sums = slice(summed, 1, [units + 1, units + 1 + model.dimensions])
  return add(logits, scale(reduceSum(square(sums), [1]), 0.5))
}

/**
 * What reads the fields of a part: an embedding goes to the units, an id's own weight to the linear logit.
 *
 * shape   →  [fields · (dimensions + 1), units + 1]
 */
function fieldWeights(ranker: SummedRanker, { fields: [from, to] }: PartRange, parameters: ParameterNodes): Node {
  const { dimensions } = ranker.model
  const units = unitsOf(ranker)
  const rows = slice(firstWeight(ranker, parameters), 0, [from * dimensions, to * dimensions])
  const deep = reshape(rows, [to - from, dimensions, units])
  const one = expand(constant(1), slice(slice(deep, 1, [0, 1]), 2, [0, 1]))
  const both = concat([pad(deep, 1, [0, 1]), pad(one, 1, [dimensions, 0])], 2)
  return reshape(both, [(to - from) * (dimensions + 1), units + 1])
}

/** What reads the numbers of a part; in the first layer they stand behind all fields. shape  →  [numbers, units + 1] */
function numberWeights(ranker: SummedRanker, { numbers: [from, to] }: PartRange, parameters: ParameterNodes): Node {
  const { path, fields, dimensions } = ranker.model
  const behind = fields * dimensions
  const deep = slice(firstWeight(ranker, parameters), 0, [behind + from, behind + to])
  return concat([deep, slice(parameters.get(`${path}${ranker.linear}`), 0, [from, to])], 1)
}

const firstWeight = ({ model }: SummedRanker, parameters: ParameterNodes): Node => layerOf(deepPart(model), 0, parameters).weight

const sum = (terms: readonly Node[]): Node => terms.reduce((total, term) => add(total, term))
