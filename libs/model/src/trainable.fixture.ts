import { randomUnit } from '@freshet/kernel'
import { cellCount, centralDifference, inputName, interpret, type Feed, type GraphSpec } from '@freshet/tensor'
import type { TrainableModel } from './trainable'

type Feeds = Record<string, Feed>

/** Feeds of a graph for some examples: numbers of both signs that are a function of input and place, but for those that are given. */
export function feedsOf(spec: GraphSpec, count: number, given: Readonly<Record<string, readonly number[]>> = {}): Feeds {
  return Object.fromEntries(
    spec.inputs.map((node, salt) => {
      const name = inputName(node)
      const shape = node.shape.map((length) =>
        typeof length === 'number' ? length : length === 'B' ? count : countOf(length, spec, given),
      )
      const cells = cellCount(shape)
      const data = given[name] ? Float32Array.from(given[name]) : Float32Array.from({ length: cells }, (_, i) => drawn(salt, i))
      return [name, { data, shape }]
    }),
  )
}

/** How many shared ids: as many as a given feed has rows, or three. */
function countOf(lookup: string, { inputs }: GraphSpec, given: Readonly<Record<string, readonly number[]>>): number {
  const rows = inputs.find((node) => inputName(node) === lookup)
  return given[lookup] && rows ? given[lookup].length / Number(rows.shape[1]) : 3
}

const drawn = (salt: number, i: number): number => 0.8 * (2 * randomUnit(17, salt, i) - 1)

/** Feeds of which a test holds some, and parameters a little beside those that a model begins with: biases of 0 would leave relus at their ties. */
export const trainingFeeds = (model: TrainableModel, count: number, given: Readonly<Record<string, readonly number[]>>): Feeds => {
  const dense = [...model.initialDense(3)].map((value, i) => value + drawn(99, i) / 8)
  return feedsOf(model.gradient, count, { ...(model.parameterCount > 0 ? { dense } : {}), ...given })
}

/** Holds every gradient that a model gives to differences of its loss: cell by cell and, where cells are many, along directions through all of them. */
export function expectTrueGradients(model: TrainableModel, feeds: Feeds): void {
  const result = interpret(model.gradient, feeds)
  const learned = [
    ...model.lookups.map(({ input, gradient }) => [input, gradient]),
    ...(model.parameterCount > 0 ? [['dense', 'denseGradient']] : []),
  ]
  for (const [by, output] of learned) {
    const { data, shape } = result[output]
    expect(shape).toEqual(feeds[by].shape)
    const [actual, expected] =
      data.length <= CELLS_ONE_BY_ONE ? [data, differencesOf(model, feeds, by)] : alongDirections(model, feeds, { by, data })
    expect(largestDifference(actual, expected)).toBeLessThan(1e-6)
    expect(expected.some((value) => Math.abs(value) > 1e-4)).toBe(true)
  }
}

const CELLS_ONE_BY_ONE = 48
const DIRECTIONS = 6

const differencesOf = (model: TrainableModel, feeds: Feeds, by: string): Float64Array =>
  centralDifference(lossOf(model), feeds, { of: 'loss', by })

/** By direction, the gradient's product with it, and how the loss changes along it. */
function alongDirections(
  model: TrainableModel,
  feeds: Feeds,
  { by, data }: { by: string; data: Float64Array },
): [Float64Array, Float64Array] {
  const [actual, expected] = [new Float64Array(DIRECTIONS), new Float64Array(DIRECTIONS)]
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const along = data.map((_, i) => drawn(200 + direction, i))
    const lossAt = (h: number): number => {
      const moved = { data: along.map((step, i) => feeds[by].data[i] + h * step), shape: feeds[by].shape }
      return interpret(lossOf(model), { ...feeds, [by]: moved }).loss.data[0]
    }
    actual[direction] = data.reduce((sum, value, i) => sum + value * along[i], 0)
    expected[direction] = (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6
  }
  return [actual, expected]
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
