import { dense, relu, tanh, type Node } from '@freshet/tensor'
import type { DeclaredParameter, ParameterNodes } from '../parameters'

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
  /** How wide what it reads is. */
  readonly inputWidth: number
  readonly layers: readonly TowerLayer[]
}

/** Weights and biases of a tower: the range of He before a relu, that of Glorot before tanh and none. */
export const towerParameters = (tower: Tower): DeclaredParameter[] =>
  tower.layers.flatMap(({ width, activation }, i) => {
    const from = i === 0 ? tower.inputWidth : tower.layers[i - 1].width
    const range = Math.sqrt(6 / (activation === 'relu' ? from : from + width))
    return [
      { name: `${tower.name}/${i}/weight`, shape: [from, width], range },
      { name: `${tower.name}/${i}/bias`, shape: [width], range: 0 },
    ]
  })

/**
 * What a tower makes of what it reads.
 *
 * shape   x [batch, inputWidth]  →  [batch, width of the last layer]
 * math    aᵢ = φᵢ(aᵢ₋₁·Wᵢ + bᵢ)
 */
export const climb = (x: Node, { name, layers }: Tower, parameters: ParameterNodes): Node =>
  layers.reduce((below, { activation }, i) => {
    const layer = { weight: parameters.get(`${name}/${i}/weight`), bias: parameters.get(`${name}/${i}/bias`) }
    return ACTIVATIONS[activation](dense(below, layer))
  }, x)

const ACTIVATIONS: Readonly<Record<Activation, (x: Node) => Node>> = { relu, tanh, linear: (x) => x }
