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

/** Hidden layers with relu and, where an output is wanted, a linear one behind them. */
export const mlp = (
  name: string,
  { inputWidth, hidden, output }: { inputWidth: number; hidden: readonly number[]; output?: number },
): Tower => ({
  ...{ name, inputWidth },
  layers: [
    ...hidden.map((width) => ({ width, activation: 'relu' as const })),
    ...(output === undefined ? [] : [{ width: output, activation: 'linear' as const }]),
  ],
})

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
 */
export const climb = (x: Node, { name, layers }: Tower, { parameters, drop = (a) => a }: Climb): Node =>
  layers.reduce((below, { activation }, i) => {
    const layer = { weight: parameters.get(`${name}/${i}/weight`), bias: parameters.get(`${name}/${i}/bias`) }
    const above = ACTIVATIONS[activation](dense(below, layer))
    return activation === 'linear' ? above : drop(above, `${name}/${i}`)
  }, x)

const ACTIVATIONS: Readonly<Record<Activation, (x: Node) => Node>> = { relu, tanh, linear: (x) => x }
