import { dense, relu, ShapeError, spellShape, tanh, type DenseLayer, type Node } from '@freshet/tensor'
import type { DeclaredParameter, Input, ParameterNodes } from '../parameters'

/** What follows a layer's affine map. */
export type Activation = 'relu' | 'tanh' | 'linear'

/** One layer of a tower. */
export interface TowerLayer {
  readonly width: number
  readonly activation: Activation
}

/** A stack of layers by declaration. */
export interface Tower {
  readonly name: string
  /** What stands before its name in those of its parameters; by default nothing. */
  readonly path?: string
  /** How wide what it reads is. */
  readonly inputWidth: number
  readonly layers: readonly TowerLayer[]
  /** What the rows of the first layer read, where that follows from features. */
  readonly inputs?: readonly Input[]
}

/** Hidden layers with relu. */
export const hiddenLayers = (widths: readonly number[]): TowerLayer[] => widths.map((width) => ({ width, activation: 'relu' }))

/** A layer that just maps. */
export const linearLayer = (width: number): TowerLayer => ({ width, activation: 'linear' })

/**
 * Weights and biases of a tower.
 *
 * math    range √(6 / in) before a relu, √(6 / (in + out)) before tanh and none; biases 0
 * source  He et al. (2015); Glorot & Bengio (2010)
 */
export const towerParameters = (tower: Tower): DeclaredParameter[] =>
  tower.layers.flatMap(({ width, activation }, i) => {
    const from = i === 0 ? tower.inputWidth : tower.layers[i - 1].width
    const range = Math.sqrt(6 / (activation === 'relu' ? from : from + width))
    const reads = i === 0 && tower.inputs ? { inputs: tower.inputs } : {}
    return [
      { name: `${nameOf(tower, i)}/weight`, shape: [from, width], range, ...reads },
      { name: `${nameOf(tower, i)}/bias`, shape: [width], range: 0 },
    ]
  })

const nameOf = ({ path = '', name }: Tower, layer: number): string => `${path}${name}/${layer}`

/** The weight and the bias of a layer. */
export const layerOf = (tower: Tower, layer: number, parameters: ParameterNodes): DenseLayer => ({
  weight: parameters.get(`${nameOf(tower, layer)}/weight`),
  bias: parameters.get(`${nameOf(tower, layer)}/bias`),
})

/** What a tower is climbed with: its weights, and what is dropped out behind each layer but a linear one. */
interface Climb {
  readonly parameters: ParameterNodes
  drop?(x: Node, name: string): Node
}

/**
 * What a tower makes of what it reads.
 *
 * shape   x [batch, inputWidth]  →  [batch, width of the last layer]
 * math    aᵢ = φᵢ(aᵢ₋₁·Wᵢ + bᵢ)
 * throws  ShapeError naming the first layer that does not fit what it reads
 */
export const climb = (x: Node, tower: Tower, how: Climb): Node =>
  tower.layers.length === 0 ? x : climbOn(mapped(x, { tower, layer: 0 }, how), tower, how)

/** The rest of the way, from what the affine map of the first layer gives. */
export const climbOn = (first: Node, tower: Tower, how: Climb): Node =>
  tower.layers.reduce((below, { activation }, layer) => {
    const z = layer === 0 ? first : mapped(below, { tower, layer }, how)
    const { drop = (a) => a } = how
    return activation === 'linear' ? z : drop(applyActivation(activation, z), `${tower.name}/${layer}`)
  }, first)

/** The affine map of one layer. */
function mapped(x: Node, { tower, layer }: { tower: Tower; layer: number }, { parameters }: Climb): Node {
  const { weight, bias } = layerOf(tower, layer, parameters)
  const [width] = weight.shape
  if (x.shape[x.shape.length - 1] === width) return dense(x, { weight, bias })
  throw new ShapeError(`layer ${nameOf(tower, layer)}`, { expected: `[.., ${width}]`, got: spellShape(x.shape) })
}

/** shape  →  as x */
export const applyActivation = (activation: Activation, x: Node): Node => ACTIVATIONS[activation](x)

const ACTIVATIONS: Readonly<Record<Activation, (x: Node) => Node>> = { relu, tanh, linear: (x) => x }
