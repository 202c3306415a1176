import { randomUnit } from '@freshet/kernel'
import { bindSymbols, centralDifference, inputName, interpret, type Feed, type GraphSpec } from '@freshet/tensor'
import type { TrainableModel } from './trainable'

type Feeds = Record<string, Feed>

/** Feeds of a graph for some examples: numbers of both signs that are a function of input and place, but for those that are given. */
export function feedsOf(spec: GraphSpec, count: number, given: Readonly<Record<string, readonly number[]>> = {}): Feeds {
  return Object.fromEntries(
    spec.inputs.map((node, salt) => {
      const name = inputName(node)
      const shape = bindSymbols(node.shape, new Map([['B', count]]))
      const cells = shape.reduce((product, length) => product * length, 1)
      const data = given[name] ? Float32Array.from(given[name]) : Float32Array.from({ length: cells }, (_, i) => drawn(salt, i))
      return [name, { data, shape }]
    }),
  )
}

const drawn = (salt: number, i: number): number => 0.8 * (2 * randomUnit(17, salt, i) - 1)

/** Feeds of which a test holds some, and the parameters that a model begins with. */
export const trainingFeeds = (model: TrainableModel, count: number, given: Readonly<Record<string, readonly number[]>>): Feeds =>
  feedsOf(model.gradient, count, { ...(model.parameterCount > 0 ? { dense: [...model.initialDense(3)] } : {}), ...given })

/** Holds every gradient that a model gives to the central difference of its loss. */
export function expectTrueGradients(model: TrainableModel, feeds: Feeds): void {
  const result = interpret(model.gradient, feeds)
  const learned = [
    ...model.lookups.map(({ input, gradient }) => [input, gradient]),
    ...(model.parameterCount > 0 ? [['dense', 'denseGradient']] : []),
  ]
  for (const [by, output] of learned) {
    const expected = centralDifference(lossOf(model), feeds, { of: 'loss', by })
    expect(result[output].shape).toEqual(feeds[by].shape)
    expect(largestDifference(result[output].data, expected)).toBeLessThan(1e-6)
    expect(expected.some((value) => Math.abs(value) > 1e-4)).toBe(true)
  }
}

/** The graph of the loss alone, with all inputs of the gradient. */
const lossOf = ({ gradient }: TrainableModel): GraphSpec => ({ ...gradient, outputs: { loss: gradient.outputs.loss } })

const largestDifference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)

/** What a model's graph says of its feeds. */
export const scoresOf = (spec: GraphSpec, feeds: Feeds): number[] => {
  const read = new Set(spec.inputs.map(inputName))
  return [...interpret(spec, Object.fromEntries(Object.entries(feeds).filter(([name]) => read.has(name)))).scores.data]
}
