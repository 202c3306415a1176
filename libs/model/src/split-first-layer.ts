import type { PartLayout } from '@freshet/features'
import { add, concat, matmul, perceptron, relu, slice, type Node } from '@freshet/tensor'
import { embed, sumFields } from './fields'
import type { ParameterNodes } from './parameters'
import type { PartRange } from './row-layout'
import { deepStack, type RankInputs, type WideAndDeep } from './wide-and-deep'

/** One part of an example: its own layout, where it stands in the whole, and what is read of it. */
export interface RankPart {
  readonly layout: PartLayout
  readonly range: PartRange
  readonly inputs: RankInputs
}

/** Floats of a part of the first layer: what it adds to each unit, then to the wide logit. */
export const partWidth = (model: WideAndDeep): number => unitsOf(model) + 1

const unitsOf = (model: WideAndDeep): number => deepStack(model).widths[1]

/**
 * What one part of an example adds to the first layer.
 *
 * shape   RankPart with an id or a number  →  [batch, units + 1]
 * math    [aₚ·Wₚ, wide_p · x_p]: an affine map of [user, item, cross] is the sum of a map of each, so that each may be kept as long as it holds
 */
export function firstLayerPart(model: WideAndDeep, part: RankPart, parameters: ParameterNodes): Node {
  const { embeddings, pooling, numbers } = part.inputs
  const deep = matmul(embed({ values: embeddings, pooling }, numbers, part.layout), weightOf(model, part, parameters))
  return concat([deep, wideOf(part, parameters)], 1)
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

/** The rows of the first weight that read a part: those of its fields, and those of its numbers, which stand behind all fields. */
function weightOf(model: WideAndDeep, { range }: RankPart, parameters: ParameterNodes): Node {
  const { dimensions, layout } = model
  const [{ weight }] = parameters.stack(deepStack(model))
  const behindFields = layout.fields.length * dimensions
  const runs: [from: number, to: number][] = [
    [range.fields[0] * dimensions, range.fields[1] * dimensions],
    [behindFields + range.numbers[0], behindFields + range.numbers[1]],
  ]
  return concat(
    runs.filter(([from, to]) => to > from).map((run) => slice(weight, 0, run)),
    0,
  )
}

function wideOf({ layout, range, inputs }: RankPart, parameters: ParameterNodes): Node {
  const { wideWeights: values, pooling, numbers } = inputs
  const ofFields = layout.ids > 0 ? [sumFields({ values, pooling }, layout)] : []
  const ofNumbers = layout.numbers > 0 ? [matmul(numbers, slice(parameters.get('rank/wide'), 0, range.numbers))] : []
  return sum([...ofFields, ...ofNumbers])
}

const sum = (terms: readonly Node[]): Node => terms.reduce((total, term) => add(total, term))
