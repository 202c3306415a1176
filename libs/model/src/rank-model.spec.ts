import { randomUnit } from '@freshet/kernel'
import { add, interpret, type Feed, type GraphSpec } from '@freshet/tensor'
import { declareDcnV2, declareDeepFm, declareModelSet, declareWideAndDeep, type ModelSet, modelSetOf } from './index'
import { layOutExample } from './row-layout'
import { mixedLayout, scoringFeeds, smallDeclaration, smallRanks, trainingFeeds } from './small-model.fixture'

const DIRECTIONS = 5

describe.each(smallRanks)('a model set that ranks by %s', (_, rank) => {
  const modelSet = declareModelSet(mixedLayout, { ...smallDeclaration, rank })
  const feeds = trainingFeeds(modelSet, mixedLayout, 3)
  const { gradient } = modelSet.learned

  it('gives gradients that say how both losses change along any direction', () => {
    const [losses, result] = [lossesOf(gradient), interpret(gradient, feeds)]
    const learned = { dense: result.denseGradient.data, rows: result.rowGradients.data }
    for (const [by, data] of Object.entries(learned)) {
      for (let salt = 0; salt < DIRECTIONS; salt++) {
        const along = data.map((_, i) => 2 * randomUnit(salt, i, 7) - 1)
        const slope = data.reduce((sum, value, i) => sum + value * along[i], 0)
        expect(slope).toBeCloseTo(slopeOf(losses, feeds, { by, along }), 6)
        expect(Math.abs(slope)).toBeGreaterThan(1e-4)
      }
    }
  })

  it('is the one that its canonical text spells', () => {
    const read = modelSetOf(modelSet.canonical)
    expect(read.parameters).toEqual(modelSet.parameters)
    expect(JSON.parse(read.canonical)).toEqual({ layout: mixedLayout, model: { ...smallDeclaration, rank } })
  })
})

/** The fields of whole examples. */
const allFields = layOutExample(mixedLayout).fields

describe('a model set whose rank model is trained alone', () => {
  const learning = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-10 } as const
  const fields = allFields.map(({ length }) => length)
  const alone = (rank: { readonly dimensions: number; readonly hidden: readonly number[] }) => ({
    ...{ fields, numbers: 4, dimensions: rank.dimensions, hidden: rank.hidden, embeddings: learning, weights: learning },
  })
  const [wide, deepFm, dcn] = smallRanks.map(([, rank]) => rank)

  it.each([
    ['Wide & Deep', wide, declareWideAndDeep(alone(wide))],
    ['DeepFM', deepFm, declareDeepFm(alone(deepFm))],
    ['DCN-V2', dcn, declareDcnV2({ ...alone(dcn), crossLayers: 2 })],
  ])('has the very equations of the %s that stands alone', (_, rank, { score, parameters }) => {
    const modelSet = declareModelSet(mixedLayout, { ...smallDeclaration, rank })
    const feeds = scoringFeeds(modelSet, mixedLayout, 3)
    const own = modelSet.parameters.filter(({ name }) => name.startsWith('rank/'))
    expect(own.map(({ name }) => name.replace('rank/', ''))).toEqual(parameters.map(({ name }) => name.replace('rank/', '')))
    const end = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
    const means = { data: meansOf(modelSet, feeds), shape: [3, fields.length, modelSet.rankWidth] }
    const { dense, numbers } = feeds
    const scores = interpret(score, { dense: { data: dense.data.slice(0, end), shape: [end] }, rows: means, numbers }).scores.data
    expectClose(scores, interpret(modelSet.graphs.rank, feeds).probabilities.data, 6)
  })
})

/** What a model that stands alone is fed: by field, the mean of what ranking reads of its rows. */
function meansOf({ slots, rowWidth, rankWidth }: ModelSet, { rows, pooling }: Record<string, Feed>): Float32Array {
  const mean = (b: number, { start, length }: { start: number; length: number }, k: number): number =>
    Array.from({ length }, (_, i) => b * slots + start + i).reduce((sum, at) => sum + pooling.data[at] * rows.data[at * rowWidth + k], 0)
  return Float32Array.from(
    [0, 1, 2].flatMap((b) => allFields.flatMap((field) => Array.from({ length: rankWidth }, (_, k) => mean(b, field, k)))),
  )
}

const lossesOf = (gradient: GraphSpec): GraphSpec => ({
  ...gradient,
  outputs: { losses: add(gradient.outputs.rankLoss, gradient.outputs.recallLoss) },
})

type Feeds = Readonly<Record<string, Feed>>

/** The central difference of both losses along a direction. */
function slopeOf(losses: GraphSpec, feeds: Feeds, { by, along }: { by: string; along: Float64Array }): number {
  const at = (h: number): number => {
    const { data, shape } = feeds[by]
    return interpret(losses, { ...feeds, [by]: { data: along.map((step, i) => data[i] + h * step), shape } }).losses.data[0]
  }
  return (at(1e-5) - at(-1e-5)) / 2e-5
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual).toHaveLength(expected.length)
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}
