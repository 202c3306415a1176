import type { PartLayout } from '@freshet/features'
import { add, concat, constant, expand, normaliseRows, perceptron, scale, slice, type Node } from '@freshet/tensor'
import { embed, embeddedWidth, inputsOf, sumFields } from './fields'
import type { DeclaredParameter, ParameterNodes, Stack } from './parameters'
import { stackParameters } from './parameters'

/** A two-tower model: what both towers have in common. */
export interface TwoTower {
  readonly user: Pick<PartLayout, 'fields' | 'numbers' | 'numberNames'>
  readonly item: Pick<PartLayout, 'fields' | 'numbers' | 'numberNames'>
  readonly dimensions: number
  readonly hidden: readonly number[]
  /** Width of the vectors, of which the last element is the item's popularity. */
  readonly width: number
  readonly temperature: number
  readonly normalise: boolean
}

/** What a tower reads of its part of an example. */
export interface TowerInputs {
  /** shape [batch, slots, dimensions] */
  readonly embeddings: Node
  /** shape [batch, slots] */
  readonly pooling: Node
  /** shape [batch, numbers] */
  readonly numbers: Node
}

/** What the item tower reads beside: how popular each id makes an item. */
export interface ItemTowerInputs extends TowerInputs {
  /** shape [batch, slots, 1] */
  readonly biases: Node
}

const userStack = ({ user, dimensions, hidden, width }: TwoTower): Stack => ({
  name: 'recall/user',
  widths: [embeddedWidth(user, dimensions), ...hidden, width - 1],
  inputs: inputsOf(user, dimensions),
})

const itemStack = ({ item, dimensions, hidden, width }: TwoTower): Stack => ({
  name: 'recall/item',
  widths: [embeddedWidth(item, dimensions), ...hidden, width],
  inputs: inputsOf(item, dimensions),
})

/** The layers of both towers. */
export const twoTowerParameters = (model: TwoTower): DeclaredParameter[] => [userStack(model), itemStack(model)].flatMap(stackParameters)

/**
 * Where a user stands.
 *
 * shape   TowerInputs  →  [batch, width]
 * math    [u / τ, 1]: its product with an item's vector is u·v / τ + popularity, which learns to be ln P(item | user) + a constant of the user
 */
export function userVector(model: TwoTower, { embeddings, pooling, numbers }: TowerInputs, parameters: ParameterNodes): Node {
  const tower = perceptron(embed({ values: embeddings, pooling }, numbers, model.user), parameters.stack(userStack(model)))
  const direction = scale(directed(model, tower), 1 / model.temperature)
  return concat([direction, expand(constant(1), slice(direction, 1, [0, 1]))], 1)
}

/**
 * Where an item stands.
 *
 * shape   ItemTowerInputs  →  [batch, width]
 * math    [v, popularity],  popularity = the tower's last element + Σ over fields of the mean bias of its ids
 */
export function itemVector(model: TwoTower, { embeddings, biases, pooling, numbers }: ItemTowerInputs, parameters: ParameterNodes): Node {
  const tower = perceptron(embed({ values: embeddings, pooling }, numbers, model.item), parameters.stack(itemStack(model)))
  const direction = directed(model, slice(tower, 1, [0, model.width - 1]))
  const popularity = add(slice(tower, 1, [model.width - 1, model.width]), sumFields({ values: biases, pooling }, model.item))
  return concat([direction, popularity], 1)
}

const directed = ({ normalise }: TwoTower, vector: Node): Node => (normalise ? normaliseRows(vector) : vector)
