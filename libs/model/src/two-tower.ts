import type { FeatureLayout, ModelDeclaration, PartLayout } from '@freshet/features'
import { add, reduceSum, slice, type Node } from '@freshet/tensor'
import { inputsOf, poolFields, weighSlots } from './fields'
import { inputWidth, joined } from './models/ranker'
import { climb, hiddenLayers, linearLayer, towerParameters, type Tower, type TowerLayer } from './models/tower'
import { direction, meetingPopularity, tempered, withPopularity, type Meeting } from './models/vectors'
import type { DeclaredParameter, ParameterNodes } from './parameters'

/** A two-tower model over the parts of a layout. */
export interface TwoTower extends Meeting {
  readonly user: TowerOverPart
  readonly item: TowerOverPart
  /** Width of the vectors, of which the last element is the item's popularity. */
  readonly width: number
}

/** A tower, and the part of an example that it stands on. */
interface TowerOverPart {
  readonly part: PartLayout
  readonly tower: Tower
}

/** What a tower reads of its part of an example. */
export interface TowerInputs {
  /** shape [batch, slots, dimensions] */
  readonly embeddings: Node
  /** shape [batch, slots] */
  readonly pooling: Node
  /** shape [batch, numbers] */
  readonly numbers: Node
  /** What a hidden layer goes through in training. */
  drop?(x: Node, name: string): Node
}

/** What the item tower reads beside: how popular each id makes an item. */
export interface ItemTowerInputs extends TowerInputs {
  /** shape [batch, slots, 1] */
  readonly biases: Node
}

/** The two-tower that is declared: hidden layers of each tower's own, or those of both, and a linear one to the vector. */
export function twoTowerOf({ dimensions, hidden, width, ...recall }: ModelDeclaration['recall'], { user, item }: FeatureLayout): TwoTower {
  const { temperature, normalise } = recall
  const layersOf = (own?: { readonly layers: readonly TowerLayer[] }): readonly TowerLayer[] => own?.layers ?? hiddenLayers(hidden)
  const over = (part: PartLayout, name: string, layers: readonly TowerLayer[]): TowerOverPart => ({
    part,
    tower: {
      ...{ name, path: 'recall/', layers },
      inputWidth: inputWidth({ fields: part.fields.length, numbers: part.numbers, dimensions }),
      inputs: inputsOf(part, dimensions),
    },
  })
  return {
    user: over(user, 'user', [...layersOf(recall.user), linearLayer(width - 1)]),
    item: over(item, 'item', [...layersOf(recall.item), linearLayer(width)]),
    ...{ width, temperature, normalise },
  }
}

/** The layers of both towers. */
export const twoTowerParameters = ({ user, item }: TwoTower): DeclaredParameter[] =>
  [user, item].flatMap(({ tower }) => towerParameters(tower))

/**
 * Where a user stands.
 *
 * shape   TowerInputs  →  [batch, width]
 * math    [u / τ, 1]
 */
export const userVector = (model: TwoTower, inputs: TowerInputs, parameters: ParameterNodes): Node =>
  meetingPopularity(tempered(direction(climbPart(model.user, inputs, parameters), model), model))

/**
 * Where an item stands.
 *
 * shape   ItemTowerInputs  →  [batch, width]
 * math    [v, popularity],  popularity = the tower's last element + Σ over fields of the mean bias of its ids
 */
export function itemVector(model: TwoTower, inputs: ItemTowerInputs, parameters: ParameterNodes): Node {
  const { item, width } = model
  const top = climbPart(item, inputs, parameters)
  const ofIds = reduceSum(weighSlots({ values: inputs.biases, pooling: inputs.pooling }, item.part), [1])
  return withPopularity(direction(slice(top, 1, [0, width - 1]), model), add(slice(top, 1, [width - 1, width]), ofIds))
}

const climbPart = ({ part, tower }: TowerOverPart, { embeddings, pooling, numbers, drop }: TowerInputs, parameters: ParameterNodes): Node =>
  climb(joined({ embeddings: poolFields({ values: embeddings, pooling }, part), numbers }), tower, { parameters, drop })
