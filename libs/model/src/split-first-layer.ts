import { add, concat, constant, expand, matmul, pad, perceptron, relu, reshape, slice, type Node } from '@freshet/tensor'
import type { ParameterNodes } from './parameters'
import type { PartRange } from './row-layout'
import { deepStack, type WideAndDeep } from './wide-and-deep'

/** One part of an example: where it stands in the whole, and what is read of it. */
export interface RankPart {
  readonly range: PartRange
  /** shape [batch, fields, dimensions + 1]: by field, the mean over filled slots of [rank embedding, wide weight] */
  readonly rows: Node
  /** shape [batch, numbers] */
  readonly numbers: Node
}

/** Floats of a part of the first layer: what it adds to each unit, then to the wide logit. */
export const partWidth = (model: WideAndDeep): number => unitsOf(model) + 1

const unitsOf = (model: WideAndDeep): number => deepStack(model).widths[1]

/**
 * What one part of an example adds to the first layer.
 *
 * shape   RankPart with a field or a number  →  [batch, units + 1]
 * math    [aₚ·Wₚ, wide_p · x_p]: an affine map of [user, item, cross] is the sum of a map of each, so that each may be kept as long as it holds
 * cost    one product of matrices for rows and one for numbers: nothing is cut apart or put together by example
 */
export function firstLayerPart(model: WideAndDeep, { range, rows, numbers }: RankPart, parameters: ParameterNodes): Node {
  const fields = range.fields[1] - range.fields[0]
  const flat = reshape(rows, [rows.shape[0], fields * (model.dimensions + 1)])
  const ofFields = fields > 0 ? [matmul(flat, fieldWeights(model, range, parameters))] : []
  const ofNumbers = numbers.shape[1] === 0 ? [] : [matmul(numbers, numberWeights(model, range, parameters))]
  return sum([...ofFields, ...ofNumbers])
}

/**
 * The logits of the summed parts.
 *
 * shape   parts [batch or 1, units + 1] each  →  [batch, 1]
 */
export function logitsOfParts(model: WideAndDeep, parts: readonly Node[], parameters: ParameterNodes): Node {
  const units = unitsOf(model)
  const summed = sum(parts)
  const [first, ...others] = parameters.stack(deepStack(model))
  const activation = add(slice(summed, 1, [0, units]), first.bias)
  const deep = others.length === 0 ? activation : perceptron(relu(activation), others)
  return add(deep, slice(summed, 1, [units, units + 1]))
}

/**
 * What reads the fields of a part: an embedding goes to the units, a wide weight to the wide logit.
 *
 * shape   →  [fields · (dimensions + 1), units + 1]
 */
function fieldWeights(model: WideAndDeep, { fields: [from, to] }: PartRange, parameters: ParameterNodes): Node {
  const { dimensions } = model
  const rows = slice(firstWeight(model, parameters), 0, [from * dimensions, to * dimensions])
  const deep = reshape(rows, [to - from, dimensions, unitsOf(model)])
  const one = expand(constant(1), slice(slice(deep, 1, [0, 1]), 2, [0, 1]))
  const both = concat([pad(deep, 1, [0, 1]), pad(one, 1, [dimensions, 0])], 2)
  return reshape(both, [(to - from) * (dimensions + 1), partWidth(model)])
}

/** What reads the numbers of a part; in the first layer they stand behind all fields. shape  →  [numbers, units + 1] */
function numberWeights(model: WideAndDeep, { numbers: [from, to] }: PartRange, parameters: ParameterNodes): Node {
  const behind = model.layout.fields.length * model.dimensions
  const deep = slice(firstWeight(model, parameters), 0, [behind + from, behind + to])
  return concat([deep, slice(parameters.get('rank/wide'), 0, [from, to])], 1)
}

const firstWeight = (model: WideAndDeep, parameters: ParameterNodes): Node => parameters.stack(deepStack(model))[0].weight

const sum = (terms: readonly Node[]): Node => terms.reduce((total, term) => add(total, term))
